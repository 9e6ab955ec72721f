// The nine calls as a debate of ours: prompts, log, limits, decision and HTTP are in the engine.

import { Aragora, model, simultaneous } from 'aragora-core';
import { run, server, task } from './load.mjs';

const aragora = await Aragora.open();
// Nothing stops early, so that each debate makes all of its calls.
const options = { stalemate: false, stopWhen: null, gate: 'off' };
await run(async () => {
  let debate = aragora.debate(task.question, {
    protocol: simultaneous(),
    limits: { rounds: task.rounds },
    options,
  });
  for (const seat of task.seats) {
    debate = debate.seat(model(`compatible/${task.model}`, { id: seat, baseUrl: server }));
  }
  const decision = await debate.run();
  if (decision.calls.made !== task.seats.length * task.rounds) {
    throw new Error(`${JSON.stringify(decision.outcome)} after ${decision.calls.made} calls`);
  }
});
await aragora.close();
