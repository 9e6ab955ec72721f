//! What a provider offers beside turns: its list of models, counts of tokens, vectors.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use super::address;
use super::agent::ProviderAgent;
use super::codec::Voice;
use super::config::{ProviderConfig, Wire};
use super::credentials::Credentials;
use super::embeddings::ProviderEmbedder;
use super::endpoint::Unsigned;
use super::gemini::{Gemini, bare};
use super::open::connect;
use crate::agents::agent::AgentProfile;
use crate::agents::conduct::ready;
use crate::agents::embed::{CallContext, Embedder};
use crate::agents::output::Output;
use crate::agents::parts::AgentParts;
use crate::agents::request::AgentRequest;
use crate::agents::target::Target;
use crate::clock::Deadline;
use crate::error::{Error, ErrorKind, Result};

/// The most pages of a list that are read.
const PAGES: usize = 100;
/// How long a list may take with all of its pages.
const LIST_LIMIT: Duration = Duration::from_secs(60);

/// A provider as one credential reaches it. It shares its target with the agents of the same endpoint, model and
/// credential, and asks only when it is told to, never on a timer.
///
/// ```
/// # use std::sync::Arc;
/// use aragora_core::agents::AgentParts;
/// use aragora_core::agents::providers::{ApiKey, ProviderConfig, ProviderHandle};
/// use aragora_core::config::Secret;
///
/// # async fn example() -> aragora_core::Result<()> {
/// let config = ProviderConfig::new("gemini".parse()?, "gemini-3-flash-preview");
/// let key = Arc::new(ApiKey(Secret::from("AIza..")));
/// let gemini = ProviderHandle::open(&config, key, &AgentParts::system()?)?;
/// for model in gemini.models().await? {
///     println!("{} ({:?} tokens)", model.id, model.context);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ProviderHandle {
    agent: Arc<ProviderAgent>,
    wire: Wire,
}

/// A model as its provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct ModelInfo {
    /// What requests name it by.
    pub id: String,
    /// What people call it.
    pub name: Option<String>,
    /// Who made it.
    pub owner: Option<String>,
    /// The window in tokens.
    pub context: Option<u64>,
    /// The most tokens it writes.
    pub max_output: Option<u64>,
}

impl ProviderHandle {
    /// The same checks and errors as [`open`](super::open), which makes an agent of the same configuration.
    pub fn open(config: &ProviderConfig, credentials: Arc<dyn Credentials>, parts: &AgentParts) -> Result<Self> {
        let agent = connect(config, credentials, parts)?;
        let wire = config.wire.unwrap_or_else(|| super::defaults::row(&config.provider).wire);
        Ok(Self { agent: Arc::new(agent), wire })
    }

    /// Every model this credential may list, which also proves that it is accepted. Pages are read one after another
    /// until the list ends. `unsupported` where there is no list, `deadline_exceeded` if it takes more than 60 s.
    pub async fn models(&self) -> Result<Vec<ModelInfo>> {
        let clock = &*self.agent.endpoint.clock;
        let context = CallContext::new().with_deadline(Deadline::after(clock, LIST_LIMIT));
        context.bound(clock, self.listed()).await
    }

    async fn listed(&self) -> Result<Vec<ModelInfo>> {
        let provider = self.agent.endpoint.provider;
        if provider == "vertex" {
            return Err(self.unsupported("lists of models"));
        }
        let google = matches!(self.wire, Wire::Gemini | Wire::GeminiInteractions);
        let anthropic = self.wire == Wire::Messages;
        let path: &[&str] = match (google, anthropic) {
            (true, _) => &["v1beta", "models"],
            (_, true) => &["v1", "models"],
            _ => &["models"],
        };
        let mut found = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let mut url = valid(address::append(&self.agent.endpoint.base, path.iter().copied()))?;
            if google {
                url.query_pairs_mut().append_pair("pageSize", "1000");
            } else if anthropic {
                url.query_pairs_mut().append_pair("limit", "1000");
            }
            if let Some(cursor) = &cursor {
                url.query_pairs_mut().append_pair(if google { "pageToken" } else { "after_id" }, cursor);
            }
            let page = self.agent.endpoint.document(&self.unsigned(url, None)?).await?;
            found.extend(listed(&page)?);
            let next = next_page(&page, google, anthropic);
            if next.is_none() {
                return Ok(found);
            }
            if next == cursor {
                return Err(Error::new(ErrorKind::MalformedResponse, "the list of models names the same page twice"));
            }
            cursor = next;
        }
        Err(Error::new(ErrorKind::LimitExceeded, format!("the list of models has more than {PAGES} pages")))
    }

    /// The tokens this request's prompt has for the model, counted by the provider. It costs nothing and may be off
    /// by a few. The request's deadline and token bound it. `unsupported` but for Anthropic, Gemini and Vertex.
    pub async fn count_tokens(&self, request: &AgentRequest) -> Result<u64> {
        let endpoint = &self.agent.endpoint;
        ready(&*endpoint.clock, &self.agent.profile.id, request)?;
        let (url, body, member) = self.counting(request)?;
        let unsigned = self.unsigned(url, Some(&body))?;
        let mut context = CallContext::new().with_cancel(request.cancel.clone()).with_output(Output::none());
        context.deadline = request.deadline;
        let document = context.bound(&*endpoint.clock, endpoint.document(&unsigned)).await?;
        document.get(member).and_then(Value::as_u64).ok_or_else(|| {
            Error::new(ErrorKind::MalformedResponse, format!("the body has no {member:?}, expected a count of tokens"))
        })
    }

    /// What agents of the same endpoint, model and credential share with this handle.
    pub fn target(&self) -> &Arc<Target> {
        &self.agent.endpoint.target
    }

    /// Whom an agent of the same configuration speaks for; prices and budgets go by it.
    pub fn profile(&self) -> &AgentProfile {
        &self.agent.profile
    }

    /// The configured model as a bare embedder, with vectors of this length where the model lets one choose.
    /// [`GuardedEmbedder`](crate::agents::layers::GuardedEmbedder) adds what the layers do for agents. `unsupported`
    /// for providers without vectors.
    pub fn embedder(&self, dimensions: Option<u32>) -> Result<Arc<dyn Embedder>> {
        Ok(Arc::new(ProviderEmbedder::new(Arc::clone(&self.agent), self.wire, dimensions)?))
    }

    fn counting(&self, request: &AgentRequest) -> Result<(Url, Value, &'static str)> {
        let agent = &self.agent;
        let learnt = agent.endpoint.target.learnt();
        let metadata = BTreeMap::new();
        let voice = Voice {
            me: &agent.profile.id,
            model: &agent.endpoint.model,
            structured: agent.profile.structured,
            caps: &agent.caps,
            learnt: &learnt,
            metadata: &metadata,
        };
        let vertex = agent.endpoint.provider == "vertex";
        match self.wire {
            Wire::Gemini | Wire::GeminiInteractions => {
                let codec = if vertex { Gemini::VERTEX } else { Gemini::GOOGLE };
                let url = valid(codec.method(&agent.endpoint.base, &agent.endpoint.model, "countTokens"))?;
                Ok((url, codec.counting(&voice, request), "totalTokens"))
            }
            Wire::Messages if !vertex => {
                let url = valid(address::append(&agent.endpoint.base, ["v1", "messages", "count_tokens"]))?;
                let kept = ["model", "messages", "system", "thinking", "tools", "tool_choice"];
                let body = agent.codec.encode(&voice, request, false).body;
                let body: Map<String, Value> =
                    body.into_iter().filter(|(name, _)| kept.contains(&name.as_str())).collect();
                Ok((url, body.into(), "input_tokens"))
            }
            _ => Err(self.unsupported("counts of tokens")),
        }
    }

    fn unsigned(&self, url: Url, body: Option<&Value>) -> Result<Unsigned> {
        let mut unsigned = Unsigned::new(url, body)?;
        if self.wire == Wire::Messages {
            unsigned.headers.set("anthropic-version", "2023-06-01");
        }
        Ok(unsigned)
    }

    fn unsupported(&self, what: &str) -> Error {
        let provider = self.agent.endpoint.provider;
        Error::new(ErrorKind::Unsupported, format!("{provider} offers no {what}")).with("provider", provider)
    }
}

fn valid(url: Result<Url, String>) -> Result<Url> {
    url.map_err(|reason| Error::new(ErrorKind::InvalidConfig, format!("/base_url: {reason}")))
}

// `data` with most vendors, `models` with Google, a bare list with some.
fn listed(page: &Value) -> Result<Vec<ModelInfo>> {
    let list = [page.get("data"), page.get("models"), Some(page)].into_iter().flatten().find_map(Value::as_array);
    match list {
        Some(list) => Ok(list.iter().filter_map(info).collect()),
        // Google leaves out a list that is empty.
        None if page.as_object().is_some_and(Map::is_empty) => Ok(Vec::new()),
        None => Err(Error::new(ErrorKind::MalformedResponse, "the body has no list of models")),
    }
}

fn info(model: &Value) -> Option<ModelInfo> {
    let text = |names: &[&str]| names.iter().find_map(|name| model.get(name)?.as_str()).map(str::to_owned);
    let number = |pointers: &[&str]| pointers.iter().find_map(|pointer| model.pointer(pointer)?.as_u64());
    // With Google `name` is the id, with OpenRouter it is for people.
    let google = model.get("id").is_none();
    Some(ModelInfo {
        id: bare(&text(if google { &["name"] } else { &["id"] })?).to_owned(),
        name: text(if google { &["displayName"] } else { &["display_name", "name"] }),
        owner: text(&["owned_by"]),
        context: number(&[
            "/inputTokenLimit",
            "/max_input_tokens",
            "/context_length",
            "/max_context_length",
            "/context_window",
            "/max_model_len",
        ]),
        max_output: number(&[
            "/outputTokenLimit",
            "/max_tokens",
            "/top_provider/max_completion_tokens",
            "/max_completion_tokens",
        ]),
    })
}

fn next_page(page: &Value, google: bool, anthropic: bool) -> Option<String> {
    let text = |name: &str| page.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    if google {
        return text("nextPageToken");
    }
    let more = anthropic && page.get("has_more").and_then(Value::as_bool) == Some(true);
    if more { text("last_id") } else { None }
}
