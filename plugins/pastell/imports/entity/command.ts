import { text as textIn } from 'node:stream/consumers'
import { getEntity, ROOT, type Importer, type Services } from '#core'
import { argumentsOf, readText, refuse } from '../files.ts'
import { DERIVATION } from './box.ts'
import { bringOver, lineOf, summaryOf } from './report.ts'

const OPTIONS = {
  compte: { type: 'string' },
  sous: { type: 'string', default: ROOT },
  'password-stdin': { type: 'boolean' },
  derivation: { type: 'string' },
  appliquer: { type: 'boolean' },
} as const

const accountNamed = async ({ db }: Pick<Services, 'db'>, login: string): Promise<string> => {
  const found = await db('users').whereRaw('lower(login) = lower(?)', [login]).first<{ id: string } | undefined>('id')
  if (!found) throw refuse(`Le compte « ${login} » n'existe pas : donner celui d'un administrateur.`)
  return found.id
}

/** `passeur import pastell-entite export.json --compte admin --password-stdin`: says what would come, then brings it with `--appliquer`. */
export const entityImporter: Importer = {
  id: 'pastell-entite',
  usage:
    '<export.json> --compte <administrateur> [--sous <entité>] [--password-stdin] [--derivation argon2id:3:256] [--appliquer]',
  help: 'reprend la configuration d’une entité exportée par Pastell ; sans --appliquer, dit seulement ce qui le serait',
  async run(args, services) {
    const { path, values } = argumentsOf(args, OPTIONS)
    const { compte, sous, appliquer, derivation, 'password-stdin': fromStdin } = values
    if (derivation !== undefined && !new RegExp(DERIVATION, 'u').test(derivation))
      throw refuse(
        `« ${derivation} » n'est pas une dérivation : écrire « argon2id:passes:Mio », par exemple « argon2id:3:256 ».`,
      )
    if (path === undefined) throw refuse('Donner le fichier exporté par Pastell.')
    if (compte === undefined)
      throw refuse('Donner avec --compte l’administrateur au nom de qui les journaux le diront.')
    await getEntity(services.db, sous)
    const userId = await accountNamed(services, compte)
    // A password on the command line would be read by every account of the machine.
    const password = fromStdin ? (await textIn(process.stdin)).replace(/\r?\n$/u, '') : undefined
    const mode = appliquer ? 'apply' : 'dry'
    const lines = await bringOver(await readText(path), { password, derivation }, services, {
      parentId: sous,
      userId,
      mode,
    })
    const end = appliquer ? 'Repris' : 'Essai, rien n’est écrit (--appliquer pour reprendre)'
    return [...lines.map(lineOf), `${end} : ${summaryOf(lines)}.`]
  },
}
