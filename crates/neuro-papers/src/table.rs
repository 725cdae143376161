//! Tables of numbers and words as CSV (RFC 4180 with line feeds), exact in both directions.
//!
//! Column names may carry a unit, `time (ms)`. A float is written with the fewest digits that read
//! back to the same bits and always shows a point or an exponent, an integer never does; NaN and
//! infinities are `NaN`, `inf`, `-inf`. Words that could be taken for a number are quoted, and
//! what is quoted is read as words, so a table reads back as it was.
//!
//! ```
//! use neuro_papers::Table;
//!
//! let mut table = Table::new(["network", "time constant (ms)"])?;
//! table.push([0.into(), 12.5.into()])?;
//! table.push([1.into(), 0.1.into()])?;
//! assert_eq!(table.to_csv(), "network,time constant (ms)\n0,12.5\n1,0.1\n");
//! assert_eq!(table.column("time constant (ms)")?, [12.5, 0.1]);
//! # Ok::<(), neuro_papers::Error>(())
//! ```

use std::path::Path;

use crate::{Error, file};

/// One entry of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A measured number.
    Float(f64),
    /// A count, an index, a seed.
    Integer(i128),
    /// Words.
    Text(String),
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

macro_rules! integer_cells {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Cell {
            fn from(value: $integer) -> Self {
                Self::Integer(value.into())
            }
        }
    )*};
}

integer_cells!(u32, u64, i32, i64);

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        // No platform has a usize of more than 64 bits.
        Self::Integer(value as i128)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// Named columns and rows of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    ///
    /// # Errors
    /// [`neuro_core::Error::Empty`] without columns or with a column without a name;
    /// [`Error::Duplicate`] when two columns have the same name.
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = N>) -> Result<Self, Error> {
        let columns: Vec<String> = columns.into_iter().map(Into::into).collect();
        if columns.is_empty() || columns.iter().any(String::is_empty) {
            let what = "named columns of a table".into();
            return Err(neuro_core::Error::Empty { what }.into());
        }
        for (k, name) in columns.iter().enumerate() {
            if columns[..k].contains(name) {
                return Err(Error::Duplicate {
                    what: "columns of a table".into(),
                    name: name.clone(),
                });
            }
        }
        let rows = Vec::new();
        Ok(Self { columns, rows })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] when there is not one cell for each column.
    pub fn push(&mut self, row: impl IntoIterator<Item = Cell>) -> Result<(), Error> {
        let row: Vec<Cell> = row.into_iter().collect();
        neuro_core::Error::check_length("row of a table", self.columns.len(), row.len())?;
        self.rows.push(row);
        Ok(())
    }

    /// Adds a row of floats.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] when there is not one number for each column.
    pub fn push_floats(&mut self, row: &[f64]) -> Result<(), Error> {
        self.push(row.iter().map(|value| Cell::Float(*value)))
    }

    /// Names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows, each with one cell for each column.
    #[must_use]
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// The numbers of a column; integers become floats.
    ///
    /// # Errors
    /// [`Error::NoColumn`] when there is no such column, [`Error::NotANumber`] when it holds words.
    pub fn column(&self, name: &str) -> Result<Vec<f64>, Error> {
        let k = self.columns.iter().position(|column| column == name);
        let k = k.ok_or_else(|| Error::NoColumn {
            name: name.into(),
            known: self.columns.clone(),
        })?;
        let number = |(row, cells): (usize, &Vec<Cell>)| match &cells[k] {
            Cell::Float(value) => Ok(*value),
            Cell::Integer(value) => Ok(*value as f64),
            Cell::Text(text) => Err(Error::NotANumber {
                column: name.into(),
                row,
                found: text.clone(),
            }),
        };
        self.rows.iter().enumerate().map(number).collect()
    }

    /// The table as text.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        let names: Vec<String> = self.columns.iter().map(|name| quoted(name)).collect();
        text.push_str(&names.join(","));
        text.push('\n');
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(written).collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        text
    }

    /// Writes the table to a file, all or nothing.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        file::write_atomic(path, self.to_csv().as_bytes())
    }

    /// Reads a file that [`write`](Self::write) has written.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::File`] when it is not such a table.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
        Self::from_csv(&text).map_err(|problem| Error::File {
            path: path.into(),
            problem,
        })
    }

    fn from_csv(text: &str) -> Result<Self, String> {
        let mut records = records(text)?.into_iter();
        let header = records.next().ok_or("expected a header, found nothing")?;
        let names = header.into_iter().map(|field| field.text);
        let mut table = Self::new(names).map_err(|e| e.to_string())?;
        for (k, record) in records.enumerate() {
            table
                .push(record.into_iter().map(Field::into_cell))
                .map_err(|e| format!("row {k}: {e}"))?;
        }
        Ok(table)
    }
}

fn written(cell: &Cell) -> String {
    match cell {
        // `{:?}` is the shortest text that reads back to the same value, and 3.0 keeps its point.
        Cell::Float(value) => format!("{value:?}"),
        Cell::Integer(value) => value.to_string(),
        Cell::Text(text) => quoted(text),
    }
}

fn quoted(text: &str) -> String {
    let special = text.contains(['"', ',', '\n', '\r']) || text.is_empty();
    if !special && text.parse::<f64>().is_err() {
        return text.into();
    }
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[derive(Default)]
struct Field {
    text: String,
    quoted: bool,
}

impl Field {
    fn into_cell(self) -> Cell {
        if !self.quoted {
            if let Ok(integer) = self.text.parse() {
                return Cell::Integer(integer);
            }
            if let Ok(float) = self.text.parse() {
                return Cell::Float(float);
            }
        }
        Cell::Text(self.text)
    }
}

fn records(text: &str) -> Result<Vec<Vec<Field>>, String> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut field = Field::default();
    let mut inside = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if inside && characters.peek() == Some(&'"') => {
                characters.next();
                field.text.push('"');
            }
            '"' if inside => inside = false,
            '"' if field.text.is_empty() && !field.quoted => {
                inside = true;
                field.quoted = true;
            }
            ',' if !inside => record.push(std::mem::take(&mut field)),
            '\n' if !inside => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            // Spreadsheets save with carriage returns.
            '\r' if !inside && characters.peek() == Some(&'\n') => {}
            other => field.text.push(other),
        }
    }
    if inside || !record.is_empty() || !field.text.is_empty() || field.quoted {
        return Err("the last row is cut off".into());
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn awkward() -> Table {
        let mut table = Table::new(["name, with \"quotes\"", "value (ms)", "n"]).expect("names");
        let values = [
            0.1,
            -0.0,
            3.0,
            f64::MIN_POSITIVE / 8.0,
            f64::MAX,
            1.0 / 3.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ];
        let words = [
            "plain",
            "",
            "a,b",
            "say \"hi\"",
            "two\nlines",
            "1.5",
            "NaN",
            " inf",
        ];
        for (k, (value, word)) in values.into_iter().zip(words).enumerate() {
            let row = [word.into(), value.into(), (u64::MAX - k as u64).into()];
            table.push(row).expect("three cells");
        }
        table
    }

    #[test]
    fn a_table_reads_back_as_it_was_bit_for_bit() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("data/awkward.csv");
        let table = awkward();
        table.write(&path).expect("writable");
        let back = Table::read(&path).expect("readable");
        assert_eq!(back, table);
        let bits = |table: &Table| -> Vec<u64> {
            let column = table.column("value (ms)").expect("numbers");
            column.into_iter().map(f64::to_bits).collect()
        };
        assert_eq!(bits(&back), bits(&table), "the sign of zero too");
    }

    #[test]
    fn nan_is_a_number_in_a_table() {
        let mut table = Table::new(["x"]).expect("one name");
        table.push_floats(&[f64::NAN]).expect("one cell");
        let back = Table::from_csv(&table.to_csv()).expect("readable");
        assert!(back.column("x").expect("numbers")[0].is_nan());
    }

    #[test]
    fn a_table_saved_by_a_spreadsheet_is_read() {
        let table = Table::from_csv("a,b\r\n1,x\r\n").expect("readable");
        assert_eq!(table.rows(), [[1.into(), "x".into()]]);
    }

    #[test]
    fn tables_that_are_not_rectangular_or_cut_off_are_refused() {
        for (text, words) in [
            ("", "header"),
            (
                "a,b\n1\n",
                "row 0: row of a table: expected 2 values, found 1",
            ),
            ("a,b\n1,2", "cut off"),
            ("a,b\n1,\"2\n", "cut off"),
            ("a,a\n", "two columns of a table are named 'a'"),
        ] {
            let problem = Table::from_csv(text).expect_err(text);
            assert!(problem.contains(words), "{problem}");
        }
        assert!(Table::new(Vec::<String>::new()).is_err());
    }

    #[test]
    fn a_wrong_column_is_named() {
        let table = awkward();
        let unknown = table.column("q").expect_err("no such column").to_string();
        assert!(unknown.contains("no column 'q'"), "{unknown}");
        let first = table.columns()[0].clone();
        let words = table.column(&first).expect_err("words").to_string();
        assert!(
            words.contains("row 0: expected a number, found 'plain'"),
            "{words}"
        );
    }
}
