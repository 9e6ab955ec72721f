use crate::agents::{AgentRequest, Asked, Digests, PromptCache, Sampling};
use crate::clock::CancelToken;
use crate::debate::{Reserve, Transcript};
use crate::error::Result;
use crate::ids::{Digest, RequestId};
use crate::protocols::Ask;

/// The request an agent gets for a turn; deadline and cancel token are the driver's.
pub(crate) fn build_request(t: &Transcript, ask: &Ask) -> AgentRequest {
    AgentRequest {
        id: RequestId::of(t.debate(), &ask.turn),
        tenant: t.start().environment.tenant.clone(),
        debate: Some(t.debate().clone()),
        round: t.round(),
        phase: t.open_step().map_or(crate::debate::Phase::Answer, |step| step.phase),
        role: ask.role.clone(),
        persona: t.seat(&ask.seat).and_then(|seat| seat.persona.clone()),
        system: ask.prompt.system.to_string(),
        messages: ask.prompt.messages.clone(),
        expect: ask.expect.clone(),
        sampling: sampling(ask),
        deadline: None,
        cancel: CancelToken::new(),
        metadata: std::collections::BTreeMap::new(),
        extra: serde_json::Map::new(),
    }
}

/// The digest of that request.
pub(crate) fn digest(t: &Transcript, ask: &Ask, digests: &mut Digests) -> Result<Digest> {
    let asked = Asked {
        role: &ask.role,
        persona: t.seat(&ask.seat).and_then(|seat| seat.persona.as_ref()),
        system: &ask.prompt.system,
        messages: &ask.prompt.messages,
        expect: &ask.expect,
        sampling: &sampling(ask),
    };
    digests.of(&asked, &ask.seat)
}

fn sampling(ask: &Ask) -> Sampling {
    Sampling { max_output_tokens: Some(ask.max_output_tokens), prompt_cache: PromptCache::Auto, ..Sampling::default() }
}

/// What is set aside for a turn: estimated input, the whole output limit, and the price of both.
pub(crate) fn reserve(t: &Transcript, ask: &Ask) -> Reserve {
    let (tokens_in, tokens_out) = (ask.prompt.tokens(), u64::from(ask.max_output_tokens));
    let price = t.seat(&ask.seat).and_then(|seat| seat.price);
    Reserve { tokens_in, tokens_out, micros: price.map(|price| price.of(tokens_in, tokens_out)) }
}
