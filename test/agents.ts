import type { Desk, Json } from './desk.ts'

/** A member of our staff who has signed in, and gets no mail. */
export type Colleague = {
  id: string
  name: string
  email: string
  /** Calls the API as they do in the console. @throws Error unless the answer is a success, or `expect` as given */
  api<T = Json>(method: string, path: string, body?: unknown, expect?: number): Promise<T>
}

export async function hire(desk: Desk, name: string, role: 'agent' | 'admin' = 'agent'): Promise<Colleague> {
  const email = `${name.split(' ')[0]!.toLowerCase()}@desk.test`
  const { id, password } = await desk.api('POST', '/api/agents', { name, email, role, notify: 'none' })
  const json = { 'content-type': 'application/json' }
  const login = { method: 'POST', headers: json, body: JSON.stringify({ email, password }) }
  const cookie = (await desk.http('/login', login)).headers.get('set-cookie')!.split(';')[0]!
  return {
    ...{ id, name, email },
    async api(method, path, body, expect) {
      const response = await desk.http(path, {
        ...{ method, headers: { cookie, 'sec-fetch-site': 'same-origin', ...(body ? json : {}) } },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const text = await response.text()
      if (expect ? response.status !== expect : !response.ok) {
        throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
      }
      await desk.settled()
      return text ? JSON.parse(text) : undefined
    },
  }
}
