/**
 * Looks things up one by one for its callers, many at once for the database: what is asked for while a look-up runs
 * waits for the next one. Alone a caller waits for nothing; under load the round trips do not grow with it.
 *
 * @param look gives the values of the keys it finds, each with its key; rejects for all that asked
 */
export function batched<Value>(look: (keys: string[]) => Promise<Map<string, Value>>) {
  let waiting = new Set<string>()
  let next: Promise<Map<string, Value>> | undefined
  let running: Promise<unknown> = Promise.resolve()

  return async (key: string): Promise<Value | undefined> => {
    waiting.add(key)
    next ??= running.then(() => {
      const keys = [...waiting]
      waiting = new Set()
      next = undefined
      const found = look(keys)
      running = found.catch(() => {})
      return found
    })
    return (await next).get(key)
  }
}
