//! Which tables and columns are used, and finding them in either letter case.

/// A column that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// Whether nothing can be read without it.
    required: bool,
    /// Whether it names somebody, and is read only where that is wanted.
    personal: bool,
    /// Of a text, how many characters are read at most: a row may hold gigabytes.
    longest: Option<u32>,
}

/// A key is that long at most: one that is longer is none.
pub(crate) const LONGEST_KEY: usize = 200;

/// A text is read up to here.
const LONGEST_TEXT: u32 = 20_000;

const fn key(name: &'static str) -> Column {
    Column { name, required: true, personal: false, longest: Some(LONGEST_KEY as u32 + 1) }
}

const fn required(name: &'static str) -> Column {
    Column { name, required: true, personal: false, longest: Some(LONGEST_TEXT) }
}

const fn text(name: &'static str) -> Column {
    Column { name, required: false, personal: false, longest: Some(LONGEST_TEXT) }
}

const fn optional(name: &'static str) -> Column {
    Column { name, required: false, personal: false, longest: None }
}

/// A table that is used; rows have its columns in this order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) name: &'static str,
    columns: &'static [Column],
}

/// Orders.
pub(crate) static HEADS: Description = Description {
    name: "A_Kopf",
    columns: &[
        key("ID"),
        Column { name: "AuNummer", required: true, personal: false, longest: None },
        text("AuAlpha"),
        text("AufStatus"),
        text("Kommission"),
        text("KundenNr"),
        Column { name: "KundenBez", required: false, personal: true, longest: Some(LONGEST_TEXT) },
        text("Techniker"),
        optional("A_VorMwSt"),
    ],
};

/// Notes of orders.
pub(crate) static LOGBOOK: Description = Description {
    name: "A_Logbuch",
    columns: &[
        key("ID_A_Kopf"),
        required("Notiz"),
        text("Code"),
        optional("Datum"),
        optional("Zeit"),
        text("Benutzer"),
    ],
};

/// Accessories of orders.
pub(crate) static PARTS: Description = Description {
    name: "P_Zubeh",
    columns: &[key("ID_A_Kopf"), required("ZCode"), optional("Position"), text("Text"), optional("Stueck")],
};

/// Operations of orders.
pub(crate) static OPERATIONS: Description = Description {
    name: "A_Vorgang",
    columns: &[
        key("ID_A_Kopf"),
        required("Nummer"),
        text("Bezeichnung"),
        optional("Datum"),
        optional("Zeit"),
        text("Benutzer"),
        text("NotizText"),
    ],
};

impl Description {
    /// What it may be called: on some servers only the exact letters find it.
    pub(crate) fn names(&self) -> Vec<String> {
        vec![self.name.to_owned(), self.name.to_lowercase(), self.name.to_uppercase()]
    }
}

/// A table that was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Table {
    /// What it is called there.
    pub(crate) name: String,
    /// What its columns are called there, and how much of each is read; nothing for one that is missing or not wanted.
    columns: Vec<Option<(String, Option<u32>)>>,
}

impl Table {
    /// The table of this name that has these columns; or its name and the column that it lacks.
    pub(crate) fn new(
        description: &'static Description,
        name: String,
        columns: &[String],
        with_personal: bool,
    ) -> Result<Self, (String, &'static str)> {
        let mut found = Vec::with_capacity(description.columns.len());
        for wanted in description.columns {
            let there = columns.iter().find(|column| column.eq_ignore_ascii_case(wanted.name));
            if there.is_none() && wanted.required {
                return Err((name, wanted.name));
            }
            let there = there.filter(|_| with_personal || !wanted.personal);
            found.push(there.map(|name| (name.clone(), wanted.longest)));
        }
        Ok(Self { name, columns: found })
    }

    /// The columns that it lacks and that orders could have.
    pub(crate) fn missing(&self, description: &Description) -> Vec<&'static str> {
        let both = description.columns.iter().zip(&self.columns);
        both.filter(|(wanted, found)| found.is_none() && !wanted.personal).map(|(wanted, _)| wanted.name).collect()
    }

    /// A column by its place, as statements write it.
    pub(crate) fn column(&self, place: usize) -> String {
        match self.columns.get(place) {
            Some(Some((name, _))) => format!("`{}`", name.replace('`', "``")),
            _ => "NULL".to_owned(),
        }
    }

    /// The statement that reads it.
    pub(crate) fn select(&self, condition: &str) -> String {
        let part = |(place, column): (usize, &Option<(String, Option<u32>)>)| match column {
            Some((_, Some(longest))) => format!("LEFT({}, {longest})", self.column(place)),
            _ => self.column(place),
        };
        let columns: Vec<String> = self.columns.iter().enumerate().map(part).collect();
        format!("SELECT {} FROM `{}`{condition}", columns.join(", "), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[&str], with_personal: bool) -> Result<Table, (String, &'static str)> {
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        Table::new(&HEADS, "a_kopf".to_owned(), &columns, with_personal)
    }

    #[test]
    fn only_what_is_used_is_asked_for() {
        let all = ["id", "aunummer", "KundenBez", "KundenNr", "Secret", "A_VorMwSt", "eMail"];
        let found = table(&all, false).unwrap();
        assert_eq!(
            found.select(" WHERE 1"),
            "SELECT LEFT(`id`, 201), `aunummer`, NULL, NULL, NULL, LEFT(`KundenNr`, 20000), NULL, NULL, `A_VorMwSt` FROM \
             `a_kopf` WHERE 1"
        );
        assert_eq!(found.missing(&HEADS), ["AuAlpha", "AufStatus", "Kommission", "Techniker"]);
        assert!(table(&all, true).unwrap().select("").contains("`KundenBez`"));
    }

    #[test]
    fn without_what_is_required_there_is_no_table() {
        assert_eq!(table(&["ID", "AuAlpha"], false), Err(("a_kopf".to_owned(), "AuNummer")));
    }
}
