use std::fmt::Write as _;

use super::Engine;
use super::builder::DebateBuilder;
use crate::debate::{Decision, Document};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{DebateId, OrgId};

impl Engine {
    /// Describes an appeal: a new debate on the same question, given the old decision with its dissent as a document
    /// beside the appellant's own. The original never changes; the new debate is tagged `appeals:{id}`.
    ///
    /// Errors: `not_found`; `invalid_state` if the original has no decision yet; `invalid_request` without a reason.
    pub async fn appeal(
        &self,
        tenant: &OrgId,
        debate: &DebateId,
        documents: Vec<Document>,
        reason: &str,
    ) -> Result<DebateBuilder> {
        if reason.trim().is_empty() {
            return Err(Error::new(ErrorKind::InvalidRequest, "an appeal needs a reason"));
        }
        let original = self.transcript(tenant, debate).await?;
        let Some(decision) = original.decision() else {
            return Err(Error::new(
                ErrorKind::InvalidState,
                format!("debate {debate} has no decision to appeal against"),
            ));
        };
        let mut question = original.question().clone();
        question.documents.push(Document {
            title: format!("Decision of debate {debate}, under appeal"),
            text: told(decision, reason).into(),
            uri: None,
        });
        question.documents.extend(documents);
        Ok(self.debate(question).tenant(tenant.clone()).tag(format!("appeals:{debate}")))
    }
}

fn told(decision: &Decision, reason: &str) -> String {
    let mut out = String::new();
    match &decision.answer {
        Some(answer) => {
            let _ = writeln!(out, "Answer: {}", answer.text);
        }
        None => out.push_str("No answer was decided.\n"),
    }
    let _ = writeln!(out, "Verdict: {}, confidence {}", decision.verdict, decision.confidence.value);
    for dissent in &decision.dissent {
        let _ = writeln!(out, "Dissent: {}", dissent.view);
        for reason in &dissent.reasons {
            let _ = writeln!(out, "- {reason}");
        }
    }
    let _ = writeln!(out, "Reason of the appeal: {reason}");
    out
}
