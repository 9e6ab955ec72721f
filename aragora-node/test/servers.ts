// The servers of a case: each answers what the case says, request by request, the last answer again and again.

import { type Server as HttpServer, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Doc } from './corpus.js'

const MEMBERS = new Set(['status', 'headers', 'json', 'events'])

/** One of them, on this machine. */
export class Server {
  readonly requests: Doc[] = []
  readonly #http: HttpServer

  private constructor(answers: Doc[]) {
    const unknown = answers.flatMap((answer) => Object.keys(answer)).filter((member) => !MEMBERS.has(member))
    if (unknown.length > 0) throw new Error(`an answer of a server has unknown members ${unknown.join()}`)
    this.#http = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        this.requests.push({ method: request.method, path: request.url, headers: { ...request.headers }, body: JSON.parse(body) })
        const answer = answers[Math.min(this.requests.length, answers.length) - 1] as Doc
        const [type, text] = said(answer)
        response.writeHead(answer['status'] ?? 200, { 'content-type': type, ...answer['headers'] })
        response.end(text)
      })
    })
  }

  static async start(answers: Doc[]): Promise<Server> {
    const server = new Server(answers)
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve))
    return server
  }

  /** What steps may refer to. */
  get document(): Doc {
    return { url: `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}` }
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
  }
}

/** The type and the text of an answer's body. */
function said(answer: Doc): [string, string] {
  if (answer['events'] !== undefined) {
    const texts: string[] = answer['events'].map((event: unknown) => (typeof event === 'string' ? event : JSON.stringify(event)))
    return ['text/event-stream', texts.map((text) => `data: ${text}\n\n`).join('')]
  }
  return answer['json'] === undefined ? ['text/plain', ''] : ['application/json', JSON.stringify(answer['json'])]
}
