import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { newSshKeys, sshFingerprint } from '../../volumes/sftp/simulator.ts'
import { startDaemon, type RealServer } from './daemon.ts'
import { freePort } from '../free-port.ts'

const SSHD = '/usr/sbin/sshd'

/** Why tests on OpenSSH cannot be played here, if they cannot. */
export const openSshMissing = existsSync(SSHD) ? undefined : 'absent : installez openssh-server pour jouer ces essais'

/** A real OpenSSH for whoever runs the tests, with its own keys and its own configuration. */
export const openSsh = async (): Promise<RealServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-sshd-'))
  const deposits = join(folder, 'dépôts')
  const port = await freePort()
  const [host, user] = [newSshKeys(), newSshKeys()]
  await mkdir(deposits)
  await writeFile(join(folder, 'host'), host.private, { mode: 0o600 })
  await writeFile(join(folder, 'authorized'), `${user.public}\n`, { mode: 0o600 })
  await writeFile(
    join(folder, 'config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'Subsystem sftp internal-sftp',
    ].join('\n'),
  )
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true })
  const daemon = await startDaemon(SSHD, ['-D', '-e', '-f', join(folder, 'config')], port, 'data')
  return {
    deposits,
    config: {
      hote: '127.0.0.1',
      port,
      identifiant: userInfo().username,
      clePrivee: Buffer.from(user.private),
      empreinte: sshFingerprint(Buffer.from(host.public.split(' ')[1] ?? '', 'base64')),
      repertoire: deposits,
    },
    // It serves the account that runs the tests.
    own: async () => undefined,
    [Symbol.asyncDispose]: async () => {
      await daemon.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
