//! Lists of leaf objects, resolved in one pass.
//!
//! A page of sessions holds tens of thousands of waits, jobs and pieces. The library makes a future of each of their
//! fields, which costs more than reading them from the database. Objects declared with `leaf!` hold their values, so
//! [`Leaves`] reads the selection once and then writes object after object.

use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_list;
use async_graphql::{ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value};
use async_graphql::{ID, ScalarType, indexmap::IndexMap};
use std::borrow::Cow;
use std::sync::Arc;

use crate::scalar::{DateTime, Long};

/// A field that is asked for, with those inside it.
pub(crate) struct Selected {
    key: Name,
    pub(crate) name: Name,
    pub(crate) children: Vec<Selected>,
}

impl Selected {
    /// Whether it is a field of a leaf object that loads something, or holds one: the file of a line is the only one.
    fn loads(&self) -> bool {
        self.name.as_str() == "logFile" || self.children.iter().any(Self::loads)
    }
}

/// What can be written at once, without asking anybody.
pub(crate) trait Emit {
    /// This as a value; of an object, the fields in `selected`.
    fn emit(&self, selected: &[Selected]) -> Value;
}

/// An object of which every field can be written at once.
pub(crate) trait Leaf {
    /// The object's type.
    const TYPE: &'static str;

    /// The value of a field.
    fn field(&self, field: &Selected) -> Value;
}

impl<T: Leaf> Emit for T {
    fn emit(&self, selected: &[Selected]) -> Value {
        let mut object = IndexMap::with_capacity(selected.len());
        for field in selected {
            let value =
                if field.name.as_str() == "__typename" { Value::String(T::TYPE.to_owned()) } else { self.field(field) };
            object.insert(field.key.clone(), value);
        }
        Value::Object(object)
    }
}

/// A list of leaf objects. Where something is asked for that loads, the library resolves it like any other list.
pub(crate) struct Leaves<T>(pub(crate) Arc<[T]>);

impl<T: Leaf + OutputType> OutputType for Leaves<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let mut selected = Vec::new();
        collect(&mut selected, ctx, &ctx.item.node);
        if selected.iter().any(Selected::loads) {
            return resolve_list(ctx, field, self.0.iter(), Some(self.0.len())).await;
        }
        Ok(Value::List(self.0.iter().map(|item| item.emit(&selected)).collect()))
    }
}

/// Adds the fields of a selection. Skipped ones are gone already, and fragments all apply: no leaf object is of an abstract
/// type. A field that is asked for twice is one, with what both ask for.
fn collect(selected: &mut Vec<Selected>, ctx: &ContextSelectionSet<'_>, set: &SelectionSet) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                let key = &field.node.response_key().node;
                let index = selected.iter().position(|known| known.key == *key).unwrap_or_else(|| {
                    selected.push(Selected {
                        key: key.clone(),
                        name: field.node.name.node.clone(),
                        children: Vec::new(),
                    });
                    selected.len() - 1
                });
                if let Some(known) = selected.get_mut(index) {
                    collect(&mut known.children, ctx, &field.node.selection_set.node);
                }
            }
            Selection::InlineFragment(fragment) => collect(selected, ctx, &fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = ctx.query_env.fragments.get(&spread.node.fragment_name.node) {
                    collect(selected, ctx, &fragment.node.selection_set.node);
                }
            }
        }
    }
}

/// Declares an object type that holds its values: once for the library, once for [`Leaves`].
macro_rules! leaf {
    (
        $(#[doc = $doc:literal])*
        $name:ident as $graphql_name:literal ($this:ident: $inner:ty) {
            $( $(#[doc = $field_doc:literal])* $field:ident $graphql_field:literal: $ty:ty = $value:expr; )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone)]
        pub(crate) struct $name(pub(crate) $inner);

        $(#[doc = $doc])*
        #[async_graphql::Object(name = $graphql_name)]
        #[allow(clippy::unused_async)]
        impl $name {
            $(
                $(#[doc = $field_doc])*
                #[graphql(name = $graphql_field)]
                async fn $field(&self) -> $ty {
                    let $this = &self.0;
                    $value
                }
            )*
        }

        impl $crate::emit::Leaf for $name {
            const TYPE: &'static str = $graphql_name;

            fn field(&self, field: &$crate::emit::Selected) -> async_graphql::Value {
                let $this = &self.0;
                match field.name.as_str() {
                    $( $graphql_field => {
                        let value: $ty = $value;
                        $crate::emit::Emit::emit(&value, &field.children)
                    } )*
                    _ => async_graphql::Value::Null,
                }
            }
        }
    };
}
pub(crate) use leaf;

/// Values that have no fields.
macro_rules! emit {
    ($($ty:ty: $value:ident => $emitted:expr;)*) => {$(
        impl Emit for $ty {
            fn emit(&self, _: &[Selected]) -> Value {
                let $value = self;
                $emitted
            }
        }
    )*};
}

emit! {
    ID: id => Value::String(id.0.clone());
    String: text => Value::String(text.clone());
    i32: number => Value::from(*number);
    f64: number => Value::from(*number);
    bool: yes => Value::Boolean(*yes);
    DateTime: at => at.to_value();
    Long: number => number.to_value();
}

impl<T: Emit> Emit for Option<T> {
    fn emit(&self, selected: &[Selected]) -> Value {
        self.as_ref().map_or(Value::Null, |value| value.emit(selected))
    }
}
