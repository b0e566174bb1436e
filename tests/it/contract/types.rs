//! The types of a schema, from introspection.

use crate::harness::graphql::Client;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const INTROSPECTION: &str = "{ __schema { types { name kind
  fields { name args { name type { ...T } } type { ...T } }
  inputFields { name type { ...T } } enumValues { name } possibleTypes { name } } } }
  fragment T on __Type { name kind ofType { name kind ofType { name kind ofType { name kind ofType { name kind } } } } }";

/// A type as a field has it.
#[derive(Debug, Clone)]
pub(super) enum TypeRef {
    Named(String),
    List(Box<TypeRef>),
    NonNull(Box<TypeRef>),
}

impl TypeRef {
    fn read(value: &Value) -> Self {
        match value["kind"].as_str().unwrap() {
            "NON_NULL" => Self::NonNull(Box::new(Self::read(&value["ofType"]))),
            "LIST" => Self::List(Box::new(Self::read(&value["ofType"]))),
            _ => Self::Named(value["name"].as_str().unwrap().to_owned()),
        }
    }

    /// The type inside all lists.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::List(inner) | Self::NonNull(inner) => inner.name(),
        }
    }

    pub(super) fn is_required(&self) -> bool {
        matches!(self, Self::NonNull(_))
    }
}

impl std::fmt::Display for TypeRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::List(inner) => write!(f, "[{inner}]"),
            Self::NonNull(inner) => write!(f, "{inner}!"),
        }
    }
}

/// An argument, or a field of an input.
#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) of: TypeRef,
}

#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) args: Vec<Input>,
    pub(super) of: TypeRef,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Type {
    /// Of an object or an interface.
    pub(super) fields: Vec<Field>,
    /// Of an input.
    pub(super) inputs: Vec<Input>,
    /// Of an enumeration.
    pub(super) values: Vec<String>,
    /// Of a union or an interface.
    pub(super) possible: Vec<String>,
}

/// All types by name.
#[derive(Debug)]
pub(super) struct Types(BTreeMap<String, Type>);

fn list<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().into_iter().flatten().map(read).collect()
}

fn name(value: &Value) -> String {
    value["name"].as_str().unwrap().to_owned()
}

fn input(value: &Value) -> Input {
    Input { name: name(value), of: TypeRef::read(&value["type"]) }
}

impl Types {
    pub(super) async fn of(client: &Client) -> Self {
        let data = client.query(INTROSPECTION, json!({})).await;
        let field = |value: &Value| Field {
            name: name(value),
            args: list(&value["args"], input),
            of: TypeRef::read(&value["type"]),
        };
        let read = |value: &Value| {
            let read = Type {
                fields: list(&value["fields"], field),
                inputs: list(&value["inputFields"], input),
                values: list(&value["enumValues"], name),
                possible: list(&value["possibleTypes"], name),
            };
            (name(value), read)
        };
        Self(list(&data["__schema"]["types"], read).into_iter().collect())
    }

    pub(super) fn get(&self, name: &str) -> &Type {
        self.0.get(name).unwrap_or_else(|| panic!("no type {name}"))
    }

    pub(super) fn is_leaf(&self, name: &str) -> bool {
        let of = self.get(name);
        of.fields.is_empty() && of.possible.is_empty()
    }
}
