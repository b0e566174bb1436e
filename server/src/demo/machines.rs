//! The three machines of the demonstration plant and what they are fed with.

/// A machining centre: its folder on the server and its habits.
#[derive(Debug)]
pub(crate) struct Machine {
    /// Its name, as a person says it.
    pub(crate) name: &'static str,
    /// Its folder on the FTP server.
    pub(crate) folder: &'static str,
    /// What it cuts.
    pub(crate) family: &'static str,
    /// Its usual seconds for one piece of middling length.
    pub(super) cycle: u32,
    /// The lowest of its profile references.
    pub(super) first_reference: u32,
    /// The colours its profiles come in.
    pub(super) colours: &'static [&'static str],
    /// Whether its controller writes UTF-8; the older ones write Windows-1252.
    pub(super) utf8: bool,
    /// Whether it goes home at 13:00 on Fridays.
    pub(super) short_fridays: bool,
}

/// How many profile references a machine works with.
const REFERENCES: u32 = 24;

impl Machine {
    /// The reference with this rank; low ranks are ordered most.
    pub(super) fn reference(&self, rank: u32) -> u32 {
        let rank = rank % REFERENCES;
        self.first_reference + rank * 7 + rank % 3
    }

    /// How many references there are.
    pub(super) fn references() -> u32 {
        REFERENCES
    }
}

/// All machines of the plant.
pub(crate) static MACHINES: [Machine; 3] = [
    Machine {
        name: "DEM12",
        folder: "DEM12 (PVC)",
        family: "PVC",
        cycle: 43,
        first_reference: 215_002,
        colours: &["BLANC", "BLANC", "BLANC", "7016 G ALU", "CHENE DORE", "9016", "Blanc veiné"],
        utf8: false,
        short_fridays: false,
    },
    Machine {
        name: "DEMALU",
        folder: "DEMALU (ALU)",
        family: "ALU",
        cycle: 49,
        first_reference: 219_327,
        colours: &["7016 G ALU", "7016 G ALU", "NOIR 2100 SABLE", "9016", "Gris foncé sablé", "CHENE DORE"],
        utf8: false,
        short_fridays: false,
    },
    Machine {
        name: "SU12",
        folder: "SU12 (HYBRIDE)",
        family: "HYBRIDE",
        cycle: 60,
        first_reference: 226_080,
        colours: &["BLANC", "7016 G ALU", "NOIR 2100 SABLE", "CHENE DORE", "Gris métal"],
        utf8: true,
        short_fridays: true,
    },
];
