import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe } from 'vitest'

/** A server of the distribution, started for a test in a folder of its own, removed with it. */
export interface RealServer extends AsyncDisposable {
  /** Where, on this machine, the server keeps what it is given. */
  readonly deposits: string
  /** Settings of a deposit connector on it. */
  readonly config: Readonly<Record<string, unknown>>
  /** What a test wrote in `deposits` itself becomes the server's, which may then move it. */
  own(): Promise<void>
}

/** Tests on a real server; skipped, with the reason in their title, where it is `missing`. */
export const describeReal = (title: string, missing: string | undefined, tests: () => void): void => {
  describe.skipIf(missing !== undefined)(`${title}${missing === undefined ? '' : ` (${missing})`}`, tests)
}

const answers = (port: number, sign: 'connect' | 'data'): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once(sign, () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })

/**
 * A child that stays in the foreground and listens on `port` once this resolves.
 * @param sign what tells that it is ready: that it accepts a connection, or that it greets who connects
 */
export const startDaemon = async (
  program: string,
  args: readonly string[],
  port: number,
  sign: 'connect' | 'data',
): Promise<{ stop(): Promise<void> }> => {
  const daemon = spawn(program, args, { stdio: 'ignore' })
  const ended = once(daemon, 'exit')
  const stop = async () => {
    daemon.kill()
    await ended
  }
  for (let tries = 0; !(await answers(port, sign)); tries++) {
    if (tries > 100 || daemon.exitCode !== null) {
      await stop()
      throw new Error(`${program} did not start.`)
    }
    await pause(50)
  }
  return { stop }
}

/** Numbers of an account of this machine. */
export const accountIds = async (name: string): Promise<readonly [uid: number, gid: number]> => {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find(each => each.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return [Number(uid), Number(gid)]
}

/** Gives a folder, and all it holds, to an account. Only the superuser may. */
export const giveTo = async (folder: string, [uid, gid]: readonly [uid: number, gid: number]): Promise<void> => {
  await chown(folder, uid, gid)
  for (const name of await readdir(folder, { recursive: true })) await chown(join(folder, name), uid, gid)
}
