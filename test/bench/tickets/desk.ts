/** The whole product in this process, as `npm start` runs it, on a database of the bench. */
import { readSettings } from '@podatelna/runtime'
import { type Podatelna, startPodatelna } from '@podatelna/standalone'

export const adminToken = 'bench-token-of-24-characters'

export type Env = Record<string, string> & { DATABASE_URL: string }
export type ApiDesk = {
  podatelna: Podatelna
  ask<Answer>(method: string, path: string, body?: object): Promise<Answer>
  close(): Promise<void>
}

export async function openApiDesk(env: Env): Promise<ApiDesk> {
  const podatelna = await startPodatelna(readSettings(env))
  return {
    podatelna,
    async ask(method, path, body) {
      const response = await fetch(`http://127.0.0.1:${podatelna.httpPort}${path}`, {
        method,
        headers: { authorization: `Bearer ${adminToken}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`)
      return (await response.json()) as never
    },
    close: () => podatelna.close(),
  }
}
