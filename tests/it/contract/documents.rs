//! Documents made from a schema: those that ask for everything, and those that chance writes.

use super::types::{Field, TypeRef, Types};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// All that can be asked of a type without an argument, down to `depth` more levels; no type twice on the way down.
pub(super) fn everything(types: &Types, of: &str, depth: usize, path: &mut Vec<String>) -> String {
    path.push(of.to_owned());
    let mut text = String::from("{ __typename ");
    for field in &types.get(of).fields {
        if field.args.iter().any(|arg| arg.of.is_required()) {
            continue;
        }
        let inner = field.of.name();
        if types.is_leaf(inner) {
            let _ = write!(text, "{} ", field.name);
        } else if depth > 1 && !path.iter().any(|seen| seen == inner) {
            let selection = everything(types, inner, depth - 1, path);
            let _ = write!(text, "{} {selection} ", field.name);
        }
    }
    path.pop();
    text + "}"
}

const TEXTS: [&str; 24] = [
    "",
    "a",
    "DEM12",
    "2025-06-01",
    "2025-06-01T05:00:00Z",
    "0000-00-00",
    "9999-12-31",
    "9999-12-31T23:59:60Z",
    "-1",
    "0",
    "1",
    "12",
    "9223372036854775807",
    "9223372036854775808",
    "1e400",
    "NaN",
    "null",
    "true",
    "\u{0}",
    "é\u{301}\u{202e}",
    "'; --",
    "%_\\",
    "05:00",
    "\u{10ffff}",
];
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "5",
    "50",
    "500",
    "501",
    "-1",
    "-0",
    "2147483647",
    "2147483648",
    "-2147483649",
    "9223372036854775807",
    "99999999999999999999",
    "1.5",
    "1e308",
];

/// Writes documents by chance.
pub(super) struct Author<'a> {
    pub(super) types: &'a Types,
    pub(super) rng: StdRng,
    variables: Map<String, Value>,
    definitions: Vec<String>,
    fragments: Vec<String>,
}

impl<'a> Author<'a> {
    pub(super) fn new(types: &'a Types, rng: StdRng) -> Self {
        Self { types, rng, variables: Map::new(), definitions: Vec::new(), fragments: Vec::new() }
    }

    fn chance(&mut self, of: f64) -> bool {
        self.rng.random_bool(of)
    }

    /// The next request, as GraphQL over HTTP has it.
    pub(super) fn request(&mut self, skipped: &[&str]) -> Value {
        self.variables.clear();
        self.definitions.clear();
        self.fragments.clear();
        let (kind, root) = match self.rng.random_range(0..20) {
            0 => ("mutation", "Mutation"),
            1 => ("subscription", "Subscription"),
            _ => ("query", "Query"),
        };
        let depth = self.rng.random_range(1..7);
        let roots = if kind == "query" { self.rng.random_range(1..4) } else { 1 };
        let all: Vec<Field> = self
            .types
            .get(root)
            .fields
            .iter()
            .filter(|field| !skipped.contains(&field.name.as_str()))
            .cloned()
            .collect();
        let mut body = String::new();
        for _ in 0..roots {
            let field = all.choose(&mut self.rng).unwrap().clone();
            body += &self.field(&field, depth);
        }
        let definitions =
            if self.definitions.is_empty() { String::new() } else { format!("({})", self.definitions.join(", ")) };
        let mut document = format!("{kind} Q{definitions} {{ {body} }} {}", self.fragments.join(" "));
        if self.chance(0.05) {
            document = self.spoilt(&document);
        }
        json!({ "query": document, "variables": self.variables, "operationName": if self.chance(0.02) { json!("R") } else { json!(null) } })
    }

    /// The same with some characters gone, doubled or changed.
    fn spoilt(&mut self, document: &str) -> String {
        let mut characters: Vec<char> = document.chars().collect();
        for _ in 0..self.rng.random_range(1..4) {
            let at = self.rng.random_range(0..characters.len());
            match self.rng.random_range(0..3) {
                0 => drop(characters.remove(at)),
                1 => characters.insert(at, characters[at]),
                _ => {
                    characters[at] =
                        *['{', '}', '(', '"', '$', '@', '\u{0}', '!', '#', 'é'].choose(&mut self.rng).unwrap();
                }
            }
        }
        characters.into_iter().collect()
    }

    fn field(&mut self, field: &Field, depth: usize) -> String {
        let alias = if self.chance(0.1) { format!("a{}: ", self.rng.random_range(0..3)) } else { String::new() };
        let mut args = Vec::new();
        for arg in &field.args {
            if arg.of.is_required() && !self.chance(0.01) || self.chance(0.4) {
                let value = self.argument(&arg.of);
                args.push(format!("{}: {value}", arg.name));
            }
        }
        if self.chance(0.005) {
            args.push("nothing: 1".to_owned());
        }
        let args = if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) };
        let directive = match self.rng.random_range(0..60) {
            0 => " @include(if: false)",
            1 => " @skip(if: false)",
            2 => " @nothing",
            _ => "",
        };
        let inner = field.of.name().to_owned();
        let selection = if self.types.is_leaf(&inner) || (depth <= 1 && self.chance(0.02)) {
            String::new()
        } else {
            self.selection(&inner, depth.max(2) - 1)
        };
        format!("{alias}{}{args}{directive} {selection} ", field.name)
    }

    fn selection(&mut self, of: &str, depth: usize) -> String {
        let mut text = String::new();
        for field in self.types.get(of).fields.clone() {
            let leaf = self.types.is_leaf(field.of.name());
            let wanted = if leaf {
                0.5
            } else if depth > 1 {
                0.3
            } else {
                0.0
            };
            if self.chance(wanted) {
                text += &self.field(&field, depth);
            }
        }
        if text.is_empty() || self.chance(0.1) {
            text += "__typename ";
        }
        if self.chance(0.05) {
            let name = format!("F{}", self.fragments.len());
            self.fragments.push(format!("fragment {name} on {of} {{ {text} }}"));
            return format!("{{ ...{name} }}");
        }
        if self.chance(0.05) {
            return format!("{{ ... on {of} {{ {text} }} }}");
        }
        format!("{{ {text} }}")
    }

    /// A literal, or a variable.
    fn argument(&mut self, of: &TypeRef) -> String {
        let value = self.value(of, 3);
        if !self.chance(0.3) {
            return literal(&value);
        }
        let name = format!("v{}", self.definitions.len());
        self.definitions.push(format!("${name}: {of}"));
        let written = match value {
            Written::Enum(name) => json!(name),
            other => other.json(),
        };
        self.variables.insert(name.clone(), written);
        format!("${name}")
    }

    fn value(&mut self, of: &TypeRef, depth: usize) -> Written {
        match of {
            TypeRef::NonNull(inner) => self.value(inner, depth),
            _ if self.chance(0.05) => Written::Json(Value::Null),
            TypeRef::List(inner) => {
                let count = self.rng.random_range(0..3);
                Written::List((0..count).map(|_| self.value(inner, depth)).collect())
            }
            TypeRef::Named(name) => self.named(name, depth),
        }
    }

    fn named(&mut self, name: &str, depth: usize) -> Written {
        if self.chance(0.02) {
            return Written::Json(json!([{"$gt": 0}]));
        }
        let of = self.types.get(name).clone();
        if !of.values.is_empty() {
            return Written::Enum(of.values.choose(&mut self.rng).unwrap().clone());
        }
        if !of.inputs.is_empty() {
            let mut fields = Vec::new();
            for input in &of.inputs {
                if (input.of.is_required() || self.chance(0.3)) && depth > 0 {
                    fields.push((input.name.clone(), self.value(&input.of, depth - 1)));
                }
            }
            return Written::Object(fields);
        }
        let small = self.chance(0.6);
        match name {
            "Boolean" => Written::Json(json!(self.chance(0.5))),
            "Int" | "Float" | "Long" if small => Written::Number(self.rng.random_range(1..6).to_string()),
            "Int" | "Float" | "Long" => Written::Number((*NUMBERS.choose(&mut self.rng).unwrap()).to_owned()),
            "ID" if small => Written::Json(json!(self.rng.random_range(1..9).to_string())),
            "Date" if small => Written::Json(json!("2026-11-20")),
            _ => Written::Json(json!(TEXTS.choose(&mut self.rng).unwrap())),
        }
    }
}

/// A value that can be a literal or a variable.
enum Written {
    Json(Value),
    /// As it is written: the range of JSON's numbers is wider than that of ours.
    Number(String),
    Enum(String),
    List(Vec<Written>),
    Object(Vec<(String, Written)>),
}

impl Written {
    fn json(&self) -> Value {
        match self {
            Self::Json(value) => value.clone(),
            Self::Number(text) => serde_json::from_str(text).unwrap_or(Value::Null),
            Self::Enum(name) => json!(name),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Object(fields) => {
                Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.json())).collect())
            }
        }
    }
}

fn literal(value: &Written) -> String {
    match value {
        Written::Json(Value::Array(_) | Value::Object(_)) => "[{a: 0}]".to_owned(),
        Written::Json(value) => value.to_string(),
        Written::Number(text) | Written::Enum(text) => text.clone(),
        Written::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Written::Object(fields) => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}: {}", literal(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}
