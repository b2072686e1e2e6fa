import { Client, enterPassiveModeIPv4, enterPassiveModeIPv6, FTPError, type FTPContext } from 'basic-ftp'
import { isIP } from 'node:net'
import type { Network } from '../../authoring/connectors.ts'
import { secureContext } from '../../connectors/http-client-tls.ts'
import { connectionFailure } from './failures.ts'
import type { FtpSettings } from './settings.ts'

/** Milliseconds of silence after which a connection is dead. */
const SILENCE = 30_000

/** An open session, and what it said of itself. */
export interface Session {
  readonly client: Client
  /** The folder of the account, complete. */
  readonly home: string
  /** RFC 3659: exact dates and sizes, for anything. */
  readonly mlst: boolean
}

/**
 * The data connection goes to the address of the control connection, whatever address the server announces: behind a translation of
 * addresses it announces its inner one, and a hostile one could send us anywhere.
 */
const passive = async (ftp: FTPContext) => {
  const host = (ftp.socket.remoteAddress ?? '').replace(/^::ffff:/iu, '')
  const sameHost = new Proxy(ftp, {
    get(target, name) {
      if (name !== 'request') return Reflect.get(target, name, target) as unknown
      return async (command: string) => {
        const answer = await target.request(command)
        return { ...answer, message: answer.message.replace(/\d+,\d+,\d+,\d+,/u, `${host.replaceAll('.', ',')},`) }
      }
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  })
  return enterPassiveModeIPv4(sameHost)
}

/** EPSV where the server knows it, else PASV; what worked is kept for the session. */
const firstThatWorks = (client: Client) => async (ftp: FTPContext) => {
  try {
    const answer = await enterPassiveModeIPv6(ftp)
    client.prepareTransfer = enterPassiveModeIPv6
    return answer
  } catch (error) {
    if (!(error instanceof FTPError) || error.code < 500) throw error
    client.prepareTransfer = passive
    return passive(ftp)
  }
}

/** Connects, encrypts, signs in. @throws ConfigurationError, TemporaryError */
export const openSession = async (settings: FtpSettings, network: Network): Promise<Session> => {
  const { hote, port, chiffrement, identifiant, motDePasse, autorite } = settings
  const about = { server: `${hote}:${port}`, login: identifiant }
  const client = new Client(SILENCE)
  client.prepareTransfer = firstThatWorks(client)
  let stage: 'connect' | 'tls' | 'login' = 'connect'
  try {
    const address = await network.resolve(hote)
    // The address that was judged is the one connected to, data connections included; the name is what the certificate is checked against.
    const tls = {
      host: address,
      ...(isIP(hote) === 0 ? { servername: hote } : {}),
      secureContext: secureContext({ ca: autorite }),
    }
    if (chiffrement === 'implicite') await client.connectImplicitTLS(address, port, tls)
    else await client.connect(address, port)
    client.ftp.socket.setNoDelay(true)
    stage = 'tls'
    if (chiffrement === 'explicite') await client.useTLS(tls)
    stage = 'login'
    await client.sendIgnoringError('OPTS UTF8 ON')
    await client.login(identifiant, motDePasse)
    await client.useDefaultSettings()
    return { client, home: await client.pwd(), mlst: client.availableListCommands.includes('MLSD') }
  } catch (error) {
    client.close()
    throw connectionFailure(error, stage, about)
  }
}
