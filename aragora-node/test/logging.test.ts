import assert from 'node:assert/strict'
import { test } from 'node:test'
import { program } from './support.js'

const DEBATE = `
  import { Aragora, isAragoraError, setLogSink, testing } from 'aragora-core'
  const debate = async () => {
    const aragora = await Aragora.open()
    const agent = (id, respond) => ({ id, respond })
    const yes = () => 'FINAL ANSWER: yes'
    await aragora.debate('Ship?', { agents: [agent('a', yes), agent('b', yes), agent('c', () => { throw new Error('secret text') })], protocol: 'vote_only' }).result()
    await aragora.close()
  }
`

test('without a sink nothing is written', async () => {
  const ended = await program(`${DEBATE} await debate()`)
  assert.deepEqual(ended, { status: 0, signal: null, stdout: '', stderr: '' })
})

test('a sink gets records, and a second one is refused', async () => {
  const ended = await program(`
    ${DEBATE}
    const records = []
    setLogSink('debug', (record) => records.push(record))
    try { setLogSink('debug', () => {}) } catch (error) { console.log(isAragoraError(error) && error.code) }
    try { testing.panic() } catch {}
    await debate()
    // Logs keep nothing alive; wait for the panic's record.
    while (!records.some((record) => record.text.includes('panic'))) await new Promise((resolve) => setTimeout(resolve, 5))
    const record = records.find((record) => record.text.includes('panic'))
    console.log(record.level, record.time instanceof Date, typeof record.fields.location)
  `)
  assert.deepEqual(ended, { status: 0, signal: null, stdout: 'invalid_state\nerror true string\n', stderr: '' })
})

test('a sink that throws is a warning, and the debate goes on', async () => {
  const ended = await program(`
    ${DEBATE}
    let warned
    const warning = new Promise((resolve) => process.once('warning', resolve))
    setLogSink('error', () => { throw new Error('full disk') })
    try { testing.panic() } catch {}
    const alive = setInterval(() => {}, 60_000)
    console.log((await warning).code)
    clearInterval(alive)
    await debate()
  `)
  assert.equal(ended.status, 0)
  assert.equal(ended.stdout, 'ARAGORA_LOG_SINK\n')
})

test('a level that is none is refused', async () => {
  const ended = await program(`${DEBATE} try { setLogSink('loud', () => {}) } catch (error) { console.log(error.code) }`)
  assert.equal(ended.stdout, 'invalid_request\n')
})
