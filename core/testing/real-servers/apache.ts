import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { accountIds, giveTo, startDaemon, type RealServer } from './daemon.ts'
import { freePort } from '../free-port.ts'

const APACHE = '/usr/sbin/apache2'
const LIBRARIES = '/usr/lib/apache2/modules'
const MODULES = [
  'mpm_event',
  'authn_core',
  'authn_file',
  'authz_core',
  'authz_user',
  'auth_basic',
  'dav',
  'dav_fs',
  'dir',
]

/** Why tests on Apache cannot be played here, if they cannot. */
export const apacheMissing = existsSync(APACHE) ? undefined : 'absent : installez apache2-bin pour jouer ces essais'

export interface ApacheServer extends RealServer {
  readonly config: { readonly adresse: string; readonly identifiant: string; readonly motDePasse: string }
}

/** A real Apache with mod_dav, its own configuration, one account, in a folder of its own. */
export const apache = async (): Promise<ApacheServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-apache-'))
  const deposits = join(folder, 'depots')
  const port = await freePort()
  const password = crypto.randomUUID()
  await mkdir(deposits)
  await writeFile(join(folder, 'comptes'), `passeur:{SHA}${createHash('sha1').update(password).digest('base64')}\n`)
  // Started by root, Apache serves as nobody, who must reach the folder.
  const root = userInfo().uid === 0
  if (root) for (const each of [folder, deposits]) await chmod(each, 0o777)
  await writeFile(
    join(folder, 'apache.conf'),
    [
      `ServerRoot "${folder}"`,
      `Listen 127.0.0.1:${port}`,
      'ServerName localhost',
      `PidFile "${folder}/pid"`,
      `DefaultRuntimeDir "${folder}"`,
      `ErrorLog "${folder}/erreurs"`,
      'StartServers 1',
      ...(root ? ['User nobody', 'Group nogroup'] : []),
      ...MODULES.map(name => `LoadModule ${name}_module ${LIBRARIES}/mod_${name}.so`),
      `DavLockDB "${folder}/verrous"`,
      `DocumentRoot "${folder}"`,
      `<Directory "${folder}">`,
      '  Require all denied',
      '</Directory>',
      `<Directory "${deposits}">`,
      '  Dav On',
      '  AuthType Basic',
      '  AuthName Depots',
      `  AuthUserFile "${folder}/comptes"`,
      '  Require valid-user',
      '</Directory>',
    ].join('\n'),
  )
  const daemon = await startDaemon(APACHE, ['-f', join(folder, 'apache.conf'), '-DFOREGROUND'], port, 'connect')
  return {
    deposits,
    config: { adresse: `http://127.0.0.1:${port}/depots`, identifiant: 'passeur', motDePasse: password },
    async own() {
      if (root) await giveTo(deposits, await accountIds('nobody'))
    },
    [Symbol.asyncDispose]: async () => {
      await daemon.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
