import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority } from '../pki.ts'
import { accountIds, giveTo, startDaemon, type RealServer } from './daemon.ts'
import { freePort } from '../free-port.ts'

const VSFTPD = '/usr/sbin/vsftpd'

/** Why tests on vsftpd cannot be played here, if they cannot. It changes its identity, which only the superuser may do. */
export const vsftpdMissing = !existsSync(VSFTPD)
  ? 'absent : installez vsftpd pour jouer ces essais'
  : process.getuid?.() === 0
    ? undefined
    : 'vsftpd demande à être lancé par root'

/** A real vsftpd with its own configuration: anonymous accounts may write, so that no account of the machine is touched. */
export const vsftpd = async (encryption: 'aucun' | 'explicite'): Promise<RealServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-vsftpd-'))
  const [root, deposits] = [join(folder, 'racine'), join(folder, 'racine', 'dépôts')]
  await chmod(folder, 0o755)
  await mkdir(deposits, { recursive: true })
  await chmod(root, 0o555)
  const account = await accountIds('ftp')
  await giveTo(deposits, account)
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
  const daemon = await startDaemon(VSFTPD, [join(folder, 'vsftpd.conf')], port, 'data')
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
    own: () => giveTo(deposits, account),
    [Symbol.asyncDispose]: async () => {
      await daemon.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
