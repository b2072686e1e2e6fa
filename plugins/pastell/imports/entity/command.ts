import { text as textIn } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { getEntity, ROOT, type Importer, type Services } from '#core'
import { readText, refuse } from '../drafts.ts'
import { bringOver, lineOf, summaryOf } from './report.ts'

const argumentsOf = (args: readonly string[]) => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        compte: { type: 'string' },
        sous: { type: 'string', default: ROOT },
        'password-stdin': { type: 'boolean' },
        appliquer: { type: 'boolean' },
      },
      allowPositionals: true,
    })
    return { ...values, path: positionals[0] }
  } catch (cause) {
    throw refuse('Les options ne sont pas comprises : --compte, --sous, --password-stdin, --appliquer.', cause)
  }
}

const accountNamed = async ({ db }: Pick<Services, 'db'>, login: string): Promise<string> => {
  const found = await db('users').whereRaw('lower(login) = lower(?)', [login]).first<{ id: string } | undefined>('id')
  if (!found) throw refuse(`Le compte « ${login} » n'existe pas : donner celui d'un administrateur.`)
  return found.id
}

/** `passeur import pastell-entite export.json --compte admin --password-stdin`: says what would come, then brings it with `--appliquer`. */
export const entityImporter: Importer = {
  id: 'pastell-entite',
  usage: '<export.json> --compte <administrateur> [--sous <entité>] [--password-stdin] [--appliquer]',
  help: 'reprend la configuration d’une entité exportée par Pastell ; sans --appliquer, dit seulement ce qui le serait',
  async run(args, services) {
    const { path, compte, sous, appliquer, 'password-stdin': fromStdin } = argumentsOf(args)
    if (path === undefined) throw refuse('Donner le fichier exporté par Pastell.')
    if (compte === undefined)
      throw refuse('Donner avec --compte l’administrateur au nom de qui les journaux le diront.')
    await getEntity(services.db, sous)
    const userId = await accountNamed(services, compte)
    // A password on the command line would be read by every account of the machine.
    const password = fromStdin ? (await textIn(process.stdin)).replace(/\r?\n$/u, '') : undefined
    const mode = appliquer ? 'apply' : 'dry'
    const lines = await bringOver(await readText(path), password, services, { parentId: sous, userId, mode })
    const end = appliquer ? 'Repris' : 'Essai, rien n’est écrit (--appliquer pour reprendre)'
    return [...lines.map(lineOf), `${end} : ${summaryOf(lines)}.`]
  },
}
