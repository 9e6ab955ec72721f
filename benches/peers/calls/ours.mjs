// The nine calls as a debate of ours: prompts, log, limits, decision and HTTP are in the engine.

import { Aragora, modelAgent } from 'aragora-core';
import { run, server, task } from './load.mjs';

// With the layers a user has; only the eight calls at a time per model are lifted, as nobody else has them.
const layers = { inFlight: Number(process.argv[3]) * task.seats.length };
const aragora = await Aragora.open({ layers });
// Nothing stops early, so that each debate makes all of its calls.
const options = { stalemate: false, stopWhen: null, gate: { type: 'off' } };
await run(async () => {
  const agents = task.seats.map((id) =>
    modelAgent(`compatible/${task.model}`, { id, baseUrl: server, apiKey: 'sk-bench' }),
  );
  const settings = { agents, protocol: 'simultaneous', limits: { rounds: task.rounds }, options };
  const decision = await aragora.debate(task.question, settings).result();
  if (decision.calls.made !== task.seats.length * task.rounds) {
    throw new Error(`${JSON.stringify(decision.outcome)} after ${decision.calls.made} calls`);
  }
});
await aragora.close();
