//! The tasks of the paper, with their constants.

use super::Config;
use crate::tasks::{ContextTask, ForcedChoiceTask, MatchingTask};

impl Config {
    /// Delayed match to sample with a delay in ms: 50, 150 or 250 in training, up to 1250 in tests
    /// (Figs. 1b, 1f). With one input both stimuli share it.
    #[must_use]
    pub fn matching_task(&self, delay: f64) -> MatchingTask {
        MatchingTask {
            dt: self.dt,
            delay,
            shared_channel: self.inputs == 1,
            ..MatchingTask::default()
        }
    }

    /// The same with a second delay of 250 ms between the second stimulus and the response.
    #[must_use]
    pub fn two_delay_matching_task(&self, delay: f64) -> MatchingTask {
        MatchingTask {
            second_delay: 250.0,
            ..self.matching_task(delay)
        }
    }

    /// Two-alternative forced choice (Fig. 6a); one input.
    #[must_use]
    pub fn forced_choice_task(&self) -> ForcedChoiceTask {
        ForcedChoiceTask {
            dt: self.dt,
            ..ForcedChoiceTask::default()
        }
    }

    /// Context-dependent integration (Fig. 6b); four inputs.
    #[must_use]
    pub fn context_task(&self) -> ContextTask {
        ContextTask {
            dt: self.dt,
            ..ContextTask::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use neuro_core::Task;

    use super::*;

    #[test]
    fn every_task_of_the_paper_is_valid_at_its_step_and_at_half_of_it() {
        for dt in [5.0, 2.5] {
            let config = Config {
                dt,
                ..Config::default()
            };
            for delay in [50.0, 150.0, 250.0, 750.0, 1250.0] {
                let (one, two) = (
                    config.matching_task(delay),
                    config.two_delay_matching_task(delay),
                );
                assert!(one.validate().is_ok() && two.validate().is_ok());
                let samples = |ms: f64| (ms / dt) as usize - 1;
                assert_eq!(Task::<f64>::shape(&one).steps, samples(1450.0 + delay));
                assert_eq!(Task::<f64>::shape(&two).steps, samples(1700.0 + delay));
            }
            assert!(config.forced_choice_task().validate().is_ok());
            assert!(config.context_task().validate().is_ok());
        }
    }

    #[test]
    fn a_network_of_one_input_gets_both_stimuli_there() {
        let config = Config {
            inputs: 1,
            ..Config::default()
        };
        let task = config.matching_task(250.0);
        assert_eq!(Task::<f64>::shape(&task).inputs, config.inputs);
    }
}
