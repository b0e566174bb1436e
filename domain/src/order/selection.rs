//! Which orders are wanted.

use super::text::{fold, lower};

/// Which orders are wanted: those with an accessory of a roller shutter, and a note that says they were planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// In lower case.
    accessories: Vec<String>,
    /// Without case and accents.
    notes: Vec<String>,
}

impl Selection {
    /// Orders with an accessory whose code begins with one of `accessories`, in any case, and a note that contains one of
    /// `notes`, in any case and accent. Empty texts among them, which everything would contain, are left out.
    pub fn new<'t>(accessories: impl IntoIterator<Item = &'t str>, notes: impl IntoIterator<Item = &'t str>) -> Self {
        let some = |texts: &mut dyn Iterator<Item = String>| texts.filter(|text| !text.is_empty()).collect();
        Self {
            accessories: some(&mut accessories.into_iter().map(lower)),
            notes: some(&mut notes.into_iter().map(fold)),
        }
    }

    /// What codes of wanted accessories begin with, in lower case.
    pub fn accessory_prefixes(&self) -> impl Iterator<Item = &str> {
        self.accessories.iter().map(String::as_str)
    }

    /// What wanted notes contain, without case and accents.
    pub fn note_patterns(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().map(String::as_str)
    }

    /// Whether an accessory of this code is wanted.
    pub fn wants_accessory(&self, code: &str) -> bool {
        let code = lower(code);
        self.accessories.iter().any(|prefix| code.starts_with(prefix))
    }

    /// Whether a note of this text says that an order was planned.
    pub fn wants_note(&self, text: &str) -> bool {
        let text = fold(text);
        self.notes.iter().any(|pattern| text.contains(pattern))
    }
}

impl Default for Selection {
    /// Accessories `VR`, `SOP` and `S P`; notes `cde Planifiée`.
    fn default() -> Self {
        Self::new(["VR", "SOP", "S P"], ["cde Planifiée"])
    }
}
