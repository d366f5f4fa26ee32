/** Bare connections, for what no mail program would do. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A connection that heard the greeting and has said nothing. */
export async function greeted(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  await heard(socket).line(/^220/)
  return socket
}

export async function hangUp(socket: Socket): Promise<void> {
  socket.end('QUIT\r\n')
  socket.resume()
  if (!socket.closed) await once(socket, 'close')
}

/** Waits for lines of the server, in order. */
export function heard(socket: Socket) {
  let text = ''
  const keep = (chunk: Buffer) => {
    text += chunk
    socket.emit('heard')
  }
  socket.on('data', keep)
  socket.on('error', () => {})
  return {
    async line(pattern: RegExp) {
      const within = new RegExp(pattern.source, 'm')
      while (!within.test(text)) await once(socket, 'heard')
      text = text.slice(text.search(within)).replace(/^.*\r\n/, '')
    },
    stop: () => socket.off('data', keep),
  }
}
