use super::*;

/// One of each kind, with labels that try to break the page.
fn everything() -> Figure {
    let x: Vec<f64> = (0..50).map(f64::from).collect();
    let mut y: Vec<f64> = x.iter().map(|x| (x / 8.0).sin()).collect();
    y[10] = f64::NAN;
    y[20] = f64::INFINITY;
    let half = vec![0.2; 50];
    let awkward = "a <b> & \"c\" 'd' \u{7}";
    let marks = Panel::new(awkward, "Time (ms)", "Rate <Hz> & more")
        .line("line & more", &x, &y)
        .dashed("dashed", &x, &half)
        .band("band", &x, &y, &half)
        .scatter("", &x, &y)
        .points("points", &x[..5], &y[..5], &[0.1, f64::NAN, 0.3, -0.1, 0.0])
        .horizontal("<zero>", 0.0)
        .vertical("here", 7.0);
    let counts = Panel::new("", "Value", "Count")
        .histogram("one", &y, 12)
        .histogram("two", &x, 8);
    let coloured = Panel::new("Coloured", "x", "y").scatter_by(&x, &y, &x, "value");
    let matrix = DMatrix::from_fn(4, 6, |i, j| i as f64 - j as f64);
    let heat = Panel::new("Heat", "from", "to")
        .heat_map(&matrix, (0.0, 6.0), (0.0, 4.0), "weight")
        .y_down();
    let names = Panel::new("Names", "", "Accuracy")
        .x_names(["first rule", "second rule"])
        .points("", &[0.0, 1.0], &[0.5, 0.9], &[0.1, 0.1])
        .boxes("box & points", 1.0, &y[..9])
        .boxes("", 0.0, &[]);
    Figure::new(awkward)
        .columns(3)
        .panel(marks)
        .panel(counts)
        .panel(coloured)
        .panel(heat)
        .panel(names)
}

/// Checks that elements are nested and closed, attributes quoted, and text escaped.
fn check_well_formed(svg: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        check_text(&rest[..start])?;
        let end = rest[start..].find('>').ok_or("a tag without an end")? + start;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
            continue;
        }
        let name = tag.split(' ').next().unwrap_or_default();
        let attributes = tag[name.len()..].trim_end_matches('/');
        let quotes: Vec<&str> = attributes.split('"').collect();
        if quotes.len().is_multiple_of(2) {
            return Err(format!("unbalanced quotes in <{tag}>"));
        }
        for pair in quotes.chunks_exact(2) {
            if !pair[0].trim().ends_with('=') || pair[1].contains("NaN") || pair[1].contains("inf")
            {
                return Err(format!("attribute {pair:?} in <{tag}>"));
            }
            check_text(pair[1])?;
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    match open[..] {
        [] => Ok(()),
        _ => Err(format!("{open:?} are not closed")),
    }
}

fn check_text(text: &str) -> Result<(), String> {
    let entities = ["&lt;", "&gt;", "&amp;", "&quot;"];
    for (k, _) in text.match_indices('&') {
        if !entities.iter().any(|entity| text[k..].starts_with(entity)) {
            return Err(format!("a bare & in '{text}'"));
        }
    }
    match text.chars().find(|c| c.is_control() && *c != '\n') {
        Some(control) => Err(format!("control character {control:?} in '{text}'")),
        None => Ok(()),
    }
}

#[test]
fn the_check_of_pages_finds_what_is_wrong() {
    for broken in [
        "<a><b></a></b>",
        "<a x=\"1></a>",
        "<a>x & y</a>",
        "<a>",
        "<a x=\"NaN\"/>",
    ] {
        assert!(check_well_formed(broken).is_err(), "{broken}");
    }
}

#[test]
fn pages_are_well_formed_whatever_the_labels_and_values() {
    let svg = everything().to_svg().expect("valid series");
    check_well_formed(&svg).expect("well-formed");
    assert!(svg.contains("Rate &lt;Hz&gt; &amp; more"));
}

#[test]
fn equal_figures_have_equal_bytes_also_on_disk() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("figures/all.svg");
    everything().write(&path).expect("writable");
    let bytes = std::fs::read(&path).expect("written");
    assert_eq!(
        bytes,
        everything().to_svg().expect("valid series").into_bytes()
    );
}

#[test]
fn panels_without_data_say_so() {
    let nothing: [f64; 0] = [];
    let empty = Panel::new("Empty", "x", "y");
    let nan = [f64::NAN; 3];
    for panel in [
        empty.clone(),
        empty.clone().line("none", &nothing, &nothing),
        empty.clone().scatter("nan", &nan, &nan),
        empty.clone().histogram("none", &nothing, 10),
        empty.clone().boxes("none", 0.0, &nothing),
        empty.clone().boxes("nan", 0.0, &nan),
        empty
            .clone()
            .band("nan", &nan, &nan, &nan)
            .horizontal("chance", 0.5),
        empty
            .clone()
            .scatter_by(&nothing, &nothing, &nothing, "value"),
        empty.clone().line("negative", &[1.0], &[-1.0]).log_y(),
        empty
            .clone()
            .heat_map(&DMatrix::zeros(0, 0), (0.0, 1.0), (0.0, 1.0), "v"),
    ] {
        let svg = Figure::from(panel.clone())
            .to_svg()
            .expect("no panic, no error");
        check_well_formed(&svg).expect("well-formed");
        assert!(svg.contains("no data"), "{panel:?}");
    }
    let lines = Figure::from(empty.horizontal("chance", 0.5)).to_svg();
    assert!(!lines.expect("valid").contains("no data"));
}

#[test]
fn extreme_values_leave_the_page_finite() {
    let x = [0.0, 1e299, -1e299, f64::MAX, f64::MIN_POSITIVE];
    for panel in [
        Panel::new("", "", "").line("", &x, &x).x_range(0.0, 1.0),
        Panel::new("", "", "").scatter("", &x, &x).log_x().log_y(),
        Panel::new("", "", "").histogram("", &x, 500).log_x(),
        Panel::new("", "", "").histogram("", &[3.0; 9], 5),
        Panel::new("", "", "")
            .band("", &x, &x, &x)
            .log_y()
            .y_range(0.1, 1.0),
    ] {
        let svg = Figure::from(panel).to_svg().expect("valid series");
        check_well_formed(&svg).expect("well-formed");
    }
}

#[test]
fn slices_of_different_length_are_refused_by_name() {
    let panel = Panel::new("Decay", "", "").line("rate", &[1.0, 2.0], &[1.0]);
    let error = Figure::from(panel).to_svg().expect_err("two and one");
    let expected = "series 'rate' of 'Decay': expected 2 values, found 1";
    assert_eq!(error.to_string(), expected);
    assert!(Figure::new("no panels").to_svg().is_err());
}

#[test]
fn ranges_that_are_none_are_refused() {
    let panel = || Panel::new("Decay", "", "").line("", &[1.0], &[1.0]);
    for wrong in [
        panel().x_range(1.0, 1.0),
        panel().y_range(f64::NAN, 1.0),
        panel().log_y().y_range(0.0, 1.0),
        panel().heat_map(&DMatrix::zeros(1, 1), (0.0, 0.0), (0.0, 1.0), ""),
    ] {
        assert!(Figure::from(wrong).to_svg().is_err());
    }
}

#[test]
fn every_value_of_a_histogram_is_counted_once() {
    let values: Vec<f64> = (0..1000).map(|k| f64::from(k % 37) / 7.0).collect();
    let panel = Panel::new("", "", "").histogram("", &values, 13);
    let plan = layout::Plan::of(&panel, (480.0, 340.0));
    let total: f64 = plan.bins.counts[0].iter().sum();
    assert_eq!((total, plan.bins.edges.len()), (1000.0, 14));
}

#[test]
fn a_box_plot_has_a_box_from_five_values_on_and_a_point_for_each_value() {
    let svg = |values: &[f64]| {
        let panel = Panel::new("", "", "").boxes("", 0.0, values);
        Figure::from(panel).to_svg().expect("valid series")
    };
    let values = [1.0, 2.0, 3.0, 4.0, f64::NAN, 5.0];
    for (values, box_drawn) in [(&values[..4], false), (&values[..], true)] {
        let svg = svg(values);
        check_well_formed(&svg).expect("well-formed");
        let finite = values.iter().filter(|v| v.is_finite()).count();
        assert_eq!(svg.matches("<circle").count(), finite);
        // The filled box; the median alone is a stroke.
        assert_eq!(
            svg.contains("fill=\"#0072b2\" fill-opacity=\"0.22\""),
            box_drawn,
            "{svg}"
        );
    }
}

#[test]
fn a_long_line_is_thinned_without_losing_its_peaks() {
    let x: Vec<f64> = (0..100_000).map(f64::from).collect();
    let mut y = vec![0.0; 100_000];
    y[54_321] = 1.0;
    let long = Figure::from(Panel::new("", "", "").line("", &x, &y));
    let svg = long.to_svg().expect("valid series");
    assert!(svg.len() < 100_000, "{} bytes", svg.len());
    // The same ranges, so that a value of 1 stands at the same height.
    let panel = Panel::new("", "", "").line("", &[0.0, 99_999.0], &[0.0, 1.0]);
    let short = Figure::from(panel).to_svg().expect("valid series");
    let highest = |svg: &str| -> f64 {
        let start = svg.find("stroke-width=\"1.8\"").expect("the line");
        let data = svg[..start].rfind("d=\"").expect("its path") + 3;
        let path = svg[data..start].split('"').next().expect("its data");
        let points = path
            .split(['M', 'L'])
            .filter_map(|point| point.split(' ').nth(1));
        let heights = points.map(|y| y.parse::<f64>().expect("a number"));
        heights.fold(f64::INFINITY, f64::min)
    };
    assert_eq!(highest(&svg), highest(&short));
}

#[test]
fn long_labels_are_broken_and_the_page_grows() {
    let long = "A label that goes on and on about the rate of the units ".repeat(8);
    let panel = Panel::new(&long, &long, &long).line(&long, &[0.0, 1.0], &[0.0, 1.0]);
    let svg = Figure::from(panel).to_svg().expect("valid series");
    let height: f64 = svg
        .split("height=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .and_then(|number| number.parse().ok())
        .expect("the height of the page");
    assert!(height > 340.0, "{height}");
    let lines = svg.matches("<text").count();
    assert!(lines > 20, "{lines} lines of text");
}

#[test]
fn a_thin_line_is_half_as_wide_and_a_place_in_the_palette_is_kept() {
    let line = || Panel::new("", "", "").line("", &[0.0, 1.0], &[0.0, 1.0]);
    let svg = |panel: Panel| Figure::from(panel).to_svg().expect("valid series");
    let (plain, thin) = (svg(line()), svg(line().thin().in_colour(1)));
    assert!(plain.contains("stroke=\"#0072b2\" stroke-width=\"1.8\""));
    assert!(thin.contains("stroke=\"#d55e00\" stroke-width=\"0.9\""));
}
