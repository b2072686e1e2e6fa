import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '#core/testing'

const DOVECOT = '/usr/sbin/dovecot'
/** Whether Debian's `dovecot-imapd` is on this machine. */
export const hasDovecot = (): boolean => existsSync(DOVECOT) && existsSync('/usr/lib/dovecot/imap')

const NOBODY = 65_534

const greets = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })

const configuration = (folder: string, port: number, password: string): string => {
  const { uid, gid, username } = userInfo()
  const isRoot = uid === 0
  const user = isRoot
    ? ''
    : `default_internal_user = ${username}\ndefault_login_user = ${username}\ndefault_internal_group = ${gid}\n`
  return `${user}base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:${folder}/mail/%n
mailbox_list_index = no
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
namespace inbox {
  inbox = yes
}
passdb {
  driver = static
  args = password=${password} nodelay=yes
}
userdb {
  driver = static
  args = uid=${isRoot ? NOBODY : uid} gid=${isRoot ? NOBODY : gid} home=${folder}/mail/%n
}
`
}

export interface Dovecot {
  readonly port: number
  readonly password: string
  /** Forgets the numbers of the messages of an account, as a restored server does. */
  renumber(name: string): Promise<void>
  close(): Promise<void>
}

/**
 * A real IMAP server in a child process, with a private configuration and no encryption: it only listens on loopback. Any account opens
 * with the password, each on a mailbox of its own.
 */
export const startDovecot = async (password: string): Promise<Dovecot> => {
  const folder = await mkdtemp(join(tmpdir(), 'psr-imap-'))
  const port = await freePort()
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'run'))
  await mkdir(join(folder, 'mail'))
  if (userInfo().uid === 0) await chown(join(folder, 'mail'), NOBODY, NOBODY)
  await writeFile(join(folder, 'conf'), configuration(folder, port, password))
  const daemon = spawn(DOVECOT, ['-F', '-c', join(folder, 'conf')], { stdio: 'ignore' })
  const ended = once(daemon, 'exit')
  for (let tries = 0; !(await greets(port)); tries++) {
    if (tries > 200 || daemon.exitCode !== null)
      throw new Error(`dovecot did not start: ${await readFile(join(folder, 'log'), 'utf8').catch(() => 'no log')}`)
    await pause(25)
  }
  return {
    port,
    password,
    async renumber(name) {
      const box = join(folder, 'mail', name)
      for (const file of await readdir(box)) if (file.startsWith('dovecot.index')) await rm(join(box, file))
      const list = await readFile(join(box, 'dovecot-uidlist'), 'utf8')
      const renumbered = list.replace(/ V(\d+) /u, (_, validity: string) => ` V${Number(validity) + 1000} `)
      await writeFile(join(box, 'dovecot-uidlist'), renumbered)
    },
    close: async () => {
      daemon.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
