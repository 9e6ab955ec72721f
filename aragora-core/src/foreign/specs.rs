//! Debates from their documents: begun, resumed, forked, or found running.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::documents::{ProtocolDocument, SeatDocument};
use super::json::read;
use super::protocol::ForeignProtocol;
use super::seats::References;
use super::session::Inner;
use crate::debate::{Edit, Question};
use crate::engine::DebateHandle;
use crate::error::{Error, ErrorKind, Result, Violations};
use crate::ids::{DebateId, OrgId, WorkspaceId};
use crate::protocols::DebateProtocol;
use crate::telemetry::Parts;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DebateSpec {
    question: Value,
    #[serde(default)]
    seats: Vec<Value>,
    #[serde(default)]
    protocol: Option<Value>,
    #[serde(default)]
    rule: Option<Value>,
    #[serde(default)]
    limits: Option<Value>,
    #[serde(default)]
    options: Option<Value>,
    #[serde(default)]
    tier: Option<Value>,
    #[serde(default)]
    topic: Option<Value>,
    #[serde(default)]
    tags: Option<Value>,
    #[serde(default)]
    seed: Option<Value>,
    #[serde(default)]
    tenant: Option<OrgId>,
    #[serde(default)]
    workspace: Option<WorkspaceId>,
    #[serde(default)]
    id: Option<DebateId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResumeSpec {
    debate: DebateId,
    #[serde(default)]
    tenant: Option<OrgId>,
    #[serde(default)]
    seats: Vec<Value>,
    #[serde(default)]
    accept_changes: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForkSpec {
    debate: DebateId,
    at_seq: u64,
    #[serde(default)]
    tenant: Option<OrgId>,
    #[serde(default)]
    edits: Vec<Edit>,
    #[serde(default)]
    seats: Vec<Value>,
    #[serde(default)]
    id: Option<DebateId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttachSpec {
    debate: DebateId,
    #[serde(default)]
    tenant: Option<OrgId>,
}

impl Inner {
    /// The debate, and whether its events are wanted from the first word on (`"listen": true`): somebody who asks for
    /// them a moment after the start would miss what quick participants stream.
    pub(super) async fn begin(&self, kind: &str, spec: &str) -> Result<(DebateHandle, bool)> {
        let mut document: Value = read("a start document", spec)?;
        let mut references = References::of(&document, &self.host);
        let listen = document.as_object_mut().and_then(|members| members.remove("listen")) == Some(Value::Bool(true));
        Ok((self.handle(kind, document, &mut references).await?, listen))
    }

    async fn handle(&self, kind: &str, document: Value, references: &mut References) -> Result<DebateHandle> {
        match kind {
            "debate" => self.debate(document, references)?.start().await,
            "resume" => {
                let spec: ResumeSpec = typed(document)?;
                let tenant = tenant_of(spec.tenant);
                let mut resume = self.aragora.debates().resume(spec.debate).tenant(tenant.clone());
                for seat in self.seats(spec.seats, &tenant, references)? {
                    resume = resume.seat(seat);
                }
                if spec.accept_changes { resume.accept_changes() } else { resume }.start().await
            }
            "fork" => {
                let spec: ForkSpec = typed(document)?;
                let tenant = tenant_of(spec.tenant);
                let mut fork = self.aragora.debates().fork(spec.debate, spec.at_seq).tenant(tenant.clone());
                for seat in self.seats(spec.seats, &tenant, references)? {
                    fork = fork.seat(seat);
                }
                for edit in spec.edits {
                    fork = fork.edit(edit);
                }
                if let Some(id) = spec.id {
                    fork = fork.id(id);
                }
                fork.start().await
            }
            "attach" => {
                let spec: AttachSpec = typed(document)?;
                let found = self.aragora.debates().running(&tenant_of(spec.tenant), &spec.debate);
                found.ok_or_else(|| {
                    Error::new(ErrorKind::NotFound, "no debate with this id runs in this instance")
                        .with("debate", spec.debate)
                })
            }
            other => Err(Error::internal(format!("a binding began a {other:?}"))),
        }
    }

    fn debate(&self, document: Value, references: &mut References) -> Result<crate::engine::DebateBuilder> {
        let spec: DebateSpec = typed(document)?;
        let tenant = tenant_of(spec.tenant);
        let question = match spec.question {
            Value::String(text) => Question::new(text),
            other => member("/question", other)?,
        };
        let mut settings = Map::new();
        let mut protocol = None;
        match spec.protocol {
            Some(choice) if choice.get("foreign").is_some() => {
                let document: ProtocolDocument = member("/protocol", choice["foreign"].clone())?;
                protocol = Some(host_protocol(document, references, &self.parts)?);
            }
            Some(choice) => drop(settings.insert("protocol".into(), choice)),
            None => {}
        }
        if let Some(rule) = spec.rule {
            settings.insert("rule".into(), rule_document(rule));
        }
        let rest = [
            ("limits", spec.limits),
            ("options", spec.options),
            ("tier", spec.tier),
            ("topic", spec.topic),
            ("tags", spec.tags),
            ("seed", spec.seed),
        ];
        for (name, value) in rest {
            if let Some(value) = value {
                settings.insert(name.into(), value);
            }
        }
        let mut debate = self.aragora.debate(question).tenant(tenant.clone());
        // Each member is read apart, so that a wrong one is named by its pointer.
        for (name, value) in settings {
            let pointer = format!("/{name}");
            debate = debate.document(json!({ name: value })).map_err(|error| at(&pointer, &error))?;
        }
        if let Some(protocol) = protocol {
            debate = debate.protocol_arc(protocol);
        }
        for seat in self.seats(spec.seats, &tenant, references)? {
            debate = debate.seat(seat);
        }
        if let Some(workspace) = spec.workspace {
            debate = debate.workspace(workspace);
        }
        Ok(match spec.id {
            Some(id) => debate.id(id),
            None => debate,
        })
    }

    fn seats(
        &self,
        seats: Vec<Value>,
        tenant: &OrgId,
        references: &mut References,
    ) -> Result<Vec<crate::agents::Seat>> {
        let read = |(i, seat): (usize, Value)| {
            let pointer = format!("/seats/{i}");
            let document: SeatDocument = member(&pointer, seat)?;
            self.seat(document, tenant, references)
        };
        seats.into_iter().enumerate().map(read).collect()
    }
}

/// A protocol of the host.
pub(super) fn host_protocol(
    document: ProtocolDocument,
    references: &mut References,
    parts: &Parts,
) -> Result<Arc<dyn DebateProtocol>> {
    let participant = references.take(document.participant)?;
    Ok(Arc::new(ForeignProtocol { document, participant, telemetry: parts.telemetry.clone() }))
}

fn tenant_of(tenant: Option<OrgId>) -> OrgId {
    tenant.unwrap_or_else(|| OrgId::trusted("default"))
}

/// A rule by its name, by its kind or whole.
fn rule_document(rule: Value) -> Value {
    match rule {
        Value::String(name) => json!({"rule": {"name": name}}),
        kind if kind.get("name").is_some() => json!({ "rule": kind }),
        whole => whole,
    }
}

fn typed<T: serde::de::DeserializeOwned>(document: Value) -> Result<T> {
    member("", document)
}

fn member<T: serde::de::DeserializeOwned>(pointer: &str, value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| refused(pointer, &error.to_string()))
}

fn at(pointer: &str, error: &Error) -> Error {
    if error.kind() == ErrorKind::InvalidRequest {
        let reason = error.reason();
        refused(pointer, reason.strip_prefix("not a debate document: ").unwrap_or(reason))
    } else {
        error.clone()
    }
}

fn refused(pointer: &str, reason: &str) -> Error {
    let mut violations = Violations::new();
    violations.add(pointer, reason);
    match violations.into_invalid_request() {
        Err(error) => error,
        Ok(()) => Error::internal("a violation was lost"),
    }
}
