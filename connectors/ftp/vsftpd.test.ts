import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ftpVolume, PermanentError } from '#core'
import { volumeConformance } from '#core/conformance'
import { connectForTest, createAuthority, sampleDocument } from '#core/testing'
import ftp from './index.ts'

const VSFTPD = '/usr/sbin/vsftpd'
/** vsftpd changes its identity, which only the superuser may do. */
const missing = !existsSync(VSFTPD)
  ? 'absent : installez vsftpd pour jouer ces essais'
  : process.getuid?.() === 0
    ? undefined
    : 'vsftpd demande à être lancé par root'

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const answers = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connectSocket(port, '127.0.0.1')
    socket.once('data', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })

/** A real vsftpd with its own configuration: anonymous accounts may write, so that no account of the machine is touched. */
const vsftpd = async (encryption: 'aucun' | 'explicite') => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-vsftpd-'))
  const [root, deposits] = [join(folder, 'racine'), join(folder, 'racine', 'dépôts')]
  await chmod(folder, 0o755)
  await mkdir(deposits, { recursive: true })
  await chmod(root, 0o555)
  const passwd = (await readFile('/etc/passwd', 'utf8')).split('\n').find(line => line.startsWith('ftp:'))
  const [, , uid, gid] = passwd?.split(':') ?? []
  await chown(deposits, Number(uid), Number(gid))
  const authority = createAuthority()
  const issued = authority.issueServer()
  await writeFile(join(folder, 'tls.pem'), issued.certificate + issued.key, { mode: 0o600 })
  const port = await freePort()
  await mkdir(join(folder, 'vide'))
  await writeFile(
    join(folder, 'vsftpd.conf'),
    [
      'listen=YES',
      'background=NO',
      'listen_address=127.0.0.1',
      `listen_port=${port}`,
      'anonymous_enable=YES',
      'local_enable=NO',
      'ftp_username=ftp',
      'nopriv_user=nobody',
      `anon_root=${root}`,
      'no_anon_password=YES',
      'write_enable=YES',
      'anon_upload_enable=YES',
      'anon_mkdir_write_enable=YES',
      'anon_other_write_enable=YES',
      'anon_umask=022',
      'anon_world_readable_only=NO',
      `secure_chroot_dir=${join(folder, 'vide')}`,
      'seccomp_sandbox=NO',
      'isolate=NO',
      'isolate_network=NO',
      'use_localtime=NO',
      ...(encryption === 'aucun'
        ? []
        : [
            'ssl_enable=YES',
            'allow_anon_ssl=YES',
            'force_anon_logins_ssl=YES',
            'force_anon_data_ssl=YES',
            'require_ssl_reuse=YES',
            'ssl_ciphers=HIGH',
            `rsa_cert_file=${join(folder, 'tls.pem')}`,
          ]),
    ].join('\n') + '\n',
  )
  const daemon = spawn(VSFTPD, [join(folder, 'vsftpd.conf')], { stdio: 'ignore' })
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 100) throw new Error('vsftpd did not start.')
    await pause(50)
  }
  return {
    deposits,
    config: {
      hote: '127.0.0.1',
      port,
      chiffrement: encryption,
      identifiant: 'anonymous',
      motDePasse: 'passeur@example.org',
      repertoire: '/dépôts',
      ...(encryption === 'aucun' ? {} : { autorite: Buffer.from(authority.certificate) }),
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(daemon, 'exit')
      daemon.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

describe.skipIf(missing !== undefined)(`avec le serveur vsftpd de la machine${missing ? ` (${missing})` : ''}`, () => {
  for (const encryption of ['aucun', 'explicite'] as const) {
    test(`un dossier est déposé, rejoué sans doublon, et un homonyme est refusé (chiffrement ${encryption})`, async () => {
      await using server = await vsftpd(encryption)
      await using connected = await connectForTest(ftp, server.config)
      expect(await connected.connector.check()).toContain('accessible')
      const document = await sampleDocument(connected.context.files, { title: 'Acte n° 1' })
      const first = await connected.connector.ged.deposit(document, 'clé 1')
      expect(await connected.connector.ged.deposit(document, 'clé 1')).toEqual(first)
      await expect(connected.connector.ged.deposit(document, 'clé 2')).rejects.toThrow(PermanentError)
      expect(await readdir(server.deposits)).toEqual(['Acte n° 1'])
      expect(await readdir(join(server.deposits, 'Acte n° 1'))).toHaveLength(4)
    })

    volumeConformance(`vsftpd (chiffrement ${encryption})`, async () => {
      const server = await vsftpd(encryption)
      const connected = await connectForTest(ftp, server.config)
      return {
        open: () => ftpVolume(connected.context, '/dépôts'),
        async [Symbol.asyncDispose]() {
          await connected[Symbol.asyncDispose]()
          await server[Symbol.asyncDispose]()
        },
      }
    })
  }
})
