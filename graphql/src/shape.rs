//! The shape of an answer, as the GraphQL specification wants it.
//!
//! The library puts fields in the order in which they are ready, and drops one that failed from its parent. Here fields get
//! the order of the query, and a failed one becomes null; where null is not allowed, the nearest parent that may be null
//! does, up to the data as a whole.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, Directive, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet, Type,
    TypeKind, TypeSystemDefinition,
};
use async_graphql::{Name, Positioned, Response, Value, Variables};
use std::collections::{HashMap, HashSet};

/// The fields of all object types.
pub(crate) struct Types {
    objects: HashMap<Name, HashMap<Name, Type>>,
    /// Object types whose fields are all there at once, and so in order, with all that is in them.
    settled: HashSet<Name>,
}

/// Object types that load something.
const LOADING: [&str; 14] = [
    "Machine",
    "Session",
    "SessionConnection",
    "SessionEdge",
    "Anomaly",
    "AnomalyConnection",
    "AnomalyEdge",
    "LogFile",
    "LogFileConnection",
    "LogFileEdge",
    "Alert",
    "AlertConnection",
    "AlertEdge",
    "StatisticsRow",
];

impl Types {
    /// Those of a schema in the schema definition language.
    pub(crate) fn of(sdl: &str) -> Self {
        let document = parse_schema(sdl).map(|document| document.definitions).unwrap_or_default();
        let mut objects = HashMap::new();
        for definition in document {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let TypeKind::Object(object) = definition.node.kind else { continue };
            let fields = object.fields.into_iter().map(|field| (field.node.name.node, field.node.ty.node)).collect();
            objects.insert(definition.node.name.node, fields);
        }
        let settled = objects.keys().filter(|name| !LOADING.contains(&name.as_str())).cloned().collect();
        Self { objects, settled }
    }
}

/// The shape of an answer: its fields in order.
pub(crate) struct Shape(Vec<FieldShape>);

struct FieldShape {
    key: Name,
    ty: Type,
    settled: bool,
    fields: Vec<FieldShape>,
}

impl FieldShape {
    /// Nothing is settled that holds something that is not.
    fn settle(&mut self) {
        self.fields.iter_mut().for_each(Self::settle);
        self.settled &= self.fields.iter().all(|field| field.settled);
    }
}

impl Shape {
    /// The shape that an operation asks for.
    pub(crate) fn new(
        types: &Types,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Self {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let mut fields = Vec::new();
        Reading { types, document, variables }.collect(&mut fields, &Name::new(root), &operation.selection_set.node);
        fields.iter_mut().for_each(FieldShape::settle);
        Self(fields)
    }

    /// Gives the data of an answer this shape.
    pub(crate) fn apply(&self, response: &mut Response) {
        let failed = !response.errors.is_empty();
        response.data = match std::mem::take(&mut response.data) {
            Value::Object(object) => shape_object(object, &self.0, failed).map_or(Value::Null, Value::Object),
            Value::Null if !failed => Value::Object(IndexMap::new()),
            other => other,
        };
    }
}

struct Reading<'a> {
    types: &'a Types,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
}

impl Reading<'_> {
    fn collect(&self, fields: &mut Vec<FieldShape>, parent: &Name, set: &SelectionSet) {
        for item in &set.items {
            if self.skipped(item.node.directives()) {
                continue;
            }
            match &item.node {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    let name = &field.node.name.node;
                    if name.starts_with("__") {
                        self.add(fields, key, &anything());
                        continue;
                    }
                    // What is not in the schema is told by validation.
                    let Some(ty) = self.types.objects.get(parent).and_then(|object| object.get(name)) else { continue };
                    let named = named(ty);
                    if let Some(known) = self.add(fields, key, ty) {
                        self.collect(&mut known.fields, named, &field.node.selection_set.node);
                    }
                }
                Selection::InlineFragment(fragment) => self.collect(fields, parent, &fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        self.collect(fields, parent, &fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    /// The field of that key, which is new unless it is asked for twice.
    fn add<'b>(&self, fields: &'b mut Vec<FieldShape>, key: &Name, ty: &Type) -> Option<&'b mut FieldShape> {
        let index = fields.iter().position(|known| known.key == *key).unwrap_or_else(|| {
            let named = named(ty);
            let settled = self.types.settled.contains(named) || !self.types.objects.contains_key(named);
            fields.push(FieldShape { key: key.clone(), ty: ty.clone(), settled, fields: Vec::new() });
            fields.len() - 1
        });
        fields.get_mut(index)
    }

    fn skipped(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let when = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            let given = directive.node.get_argument("if").map(|value| value.node.clone());
            let given =
                given.and_then(|value| value.into_const_with(|name| self.variables.get(&name).cloned().ok_or(())).ok());
            given.is_some_and(|value| value == Value::Boolean(when))
        })
    }
}

/// The type of introspection, which is left as it is.
fn anything() -> Type {
    Type { base: BaseType::Named(Name::new("__Anything")), nullable: true }
}

fn named(ty: &Type) -> &Name {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

/// A value in its shape, or nothing when it is null and must not be.
fn shape(value: Value, field: &FieldShape, ty: &Type, failed: bool) -> Option<Value> {
    if !failed {
        // Of an object of which nothing is left after `@skip`, the library makes null.
        if value == Value::Null && !ty.nullable {
            return Some(Value::Object(IndexMap::new()));
        }
        if field.settled {
            return Some(value);
        }
    }
    let shaped = match (value, &ty.base) {
        (Value::Null, _) => None,
        (Value::List(items), BaseType::List(inner)) => {
            items.into_iter().map(|item| shape(item, field, inner, failed)).collect::<Option<Vec<_>>>().map(Value::List)
        }
        (Value::Object(object), _) => shape_object(object, &field.fields, failed).map(Value::Object),
        (value, _) => Some(value),
    };
    shaped.or(ty.nullable.then_some(Value::Null))
}

fn shape_object(
    mut object: IndexMap<Name, Value>,
    fields: &[FieldShape],
    failed: bool,
) -> Option<IndexMap<Name, Value>> {
    let mut shaped = IndexMap::with_capacity(object.len());
    for field in fields {
        let value = object.swap_remove(&field.key).unwrap_or_default();
        shaped.insert(field.key.clone(), shape(value, field, &field.ty, failed)?);
    }
    // What introspection holds.
    shaped.extend(object);
    Some(shaped)
}
