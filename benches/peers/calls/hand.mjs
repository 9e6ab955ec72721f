// The nine calls as somebody writes them who needs nothing else: undici.

import { Agent, request } from 'undici';
import { decide, prompt, run, server, system, task } from './load.mjs';

const dispatcher = new Agent({ connections: null, pipelining: 1 });

async function ask(seat, text) {
  const messages = [
    { role: 'system', content: system(seat) },
    { role: 'user', content: text },
  ];
  const { statusCode, body } = await request(`${server}/chat/completions`, {
    method: 'POST',
    dispatcher,
    headers: { authorization: 'Bearer sk-bench', 'content-type': 'application/json' },
    body: JSON.stringify({ model: task.model, messages, max_tokens: 4096, stream: false }),
  });
  if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  const reply = await body.json();
  return reply.choices[0].message.content;
}

await run(async () => {
  let answers = [];
  for (let round = 0; round < task.rounds; round++) {
    answers = await Promise.all(task.seats.map((seat, own) => ask(seat, prompt(own, answers))));
  }
  decide(answers);
});
await dispatcher.close();
