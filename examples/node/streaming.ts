// Following a debate while it runs, leaving, and coming back without a gap.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Agent, Aragora } from 'aragora-core'

function talker(id: string, words: string): Agent {
  return {
    id,
    streams: true,
    async respond({ output }, { signal }) {
      for (const word of words.split(/(?<= )/)) {
        output.text(word)
        await sleep(20, undefined, { signal })
      }
      return words
    },
  }
}

const aragora = await Aragora.open()
const debate = aragora.debate('Queue or nightly batch?', {
  agents: [talker('ada', 'A queue, it never sleeps.'), talker('bob', 'A batch, I want to.')],
  protocol: 'simultaneous',
  limits: { rounds: 1 },
})
// START streaming
let lastSeen = 0
for await (const event of debate.events()) {
  // Never stored: the words as they come.
  if (event.type === 'token_delta') console.log(`    ${event.data.turn}: ${event.data.text}`)
  if (event.class !== 'recorded') continue
  // In the log, delivered exactly once and in order, and durable before it is shown.
  lastSeen = event.seq
  console.log(`${String(event.seq).padStart(3)} ${event.type}`)
  if (event.type === 'agent_message') {
    console.log(`    ${event.data.seat} said: ${event.data.text}`)
    break // The connection is lost here, say. Only this stream ends; the debate does not notice.
  }
}

// Whoever comes back names the first seq it has not seen: no gap and no repetition.
for await (const event of debate.events({ from: lastSeen + 1 })) {
  if (event.class === 'recorded') console.log(`${String(event.seq).padStart(3)} ${event.type}`)
}
// END streaming
await aragora.close()
