import Type from 'typebox'
import { errors, headed, route, type AnyStep, type Importer, type Route, type Services } from '#core'
import { argumentsOf, readText, refuse } from './files.ts'
import { lineOf, type Remark } from './studio/format.ts'
import type { StudioImport } from './studio/import.ts'

/** essai: says what would come, and keeps nothing. brouillon: a draft of our studio. publication: published too, when nothing is wrong. */
const MODES = ['essai', 'brouillon', 'publication'] as const
type Mode = (typeof MODES)[number]

/** What keeps a flow from being published, and where. */
interface Fault {
  readonly at: string
  readonly message: string
}

/** One kind of file of Pastell that describes a kind of document. */
export interface FlowFormat {
  /** Of the command: `passeur import pastell-studio`. */
  readonly id: string
  readonly usage: string
  readonly help: string
  /** What to give, in French, when the command was given no file. */
  readonly wanted: string
  readonly route: Pick<Route, 'path' | 'summary' | 'description'> & {
    readonly example: { readonly text: string; readonly id?: string }
  }
  /**
   * @param id that the person chose; nothing: the file's own
   * @throws errors.badInput when it is no such file
   */
  read(text: string, id: string | undefined, steps: ReadonlyMap<string, AnyStep>): StudioImport
  /** Identifier that the name of the file gives, when what it holds does not. */
  idOf?(path: string): string
}

interface Brought {
  readonly id: string
  readonly label: string
  /** What was done, or would be. */
  readonly mode: Mode
  readonly remarks: readonly Remark[]
  /** What keeps it from being published. */
  readonly faults: readonly Fault[]
}

const tried = async ({ flow }: StudioImport, { studio, flows }: Services): Promise<readonly Fault[]> => {
  const { faults } = await studio.check(flow)
  const taken = flows.isCode(flow.id) || (await studio.list()).some(({ id }) => id === flow.id)
  const free = `L'identifiant « ${flow.id} » est déjà celui d'un flux : en choisir un autre.`
  return taken ? [{ at: '/id', message: free }, ...faults] : faults
}

/**
 * Keeps an imported flow as far as it is asked.
 * @param by account; none: the command line
 */
const bring = async (
  imported: StudioImport,
  services: Services,
  { mode, by }: { readonly mode: Mode; readonly by: string | undefined },
): Promise<Brought> => {
  const { flow, remarks } = imported
  const said = { id: flow.id, label: flow.label, remarks }
  if (mode === 'essai') return { ...said, mode, faults: await tried(imported, services) }
  const { faults, revision } = await services.studio.create(flow, by)
  if (mode === 'brouillon' || faults.length > 0) return { ...said, mode: 'brouillon', faults }
  await services.studio.publish({ id: flow.id, revision, by })
  return { ...said, mode, faults }
}

const ENDS: Readonly<Record<Mode, string>> = {
  essai: 'serait un brouillon du studio : rien n’est écrit',
  brouillon: 'est en brouillon dans le studio',
  publication: 'est publié',
}

/** The import as a command: the report, line by line. */
export const flowImporter = (format: FlowFormat): Importer => ({
  id: format.id,
  usage: format.usage,
  help: format.help,
  async run(args, services) {
    const { values, path } = argumentsOf(args, {
      id: { type: 'string' },
      publier: { type: 'boolean' },
      essai: { type: 'boolean' },
    })
    if (path === undefined) throw refuse(format.wanted)
    const imported = format.read(await readText(path), values.id ?? format.idOf?.(path), services.steps)
    const mode = values.essai ? 'essai' : values.publier ? 'publication' : 'brouillon'
    const brought = await bring(imported, services, { mode, by: undefined })
    return [
      ...brought.remarks.map(lineOf),
      ...brought.faults.map(({ at, message }) => `à corriger avant de publier : ${message} (${at})`),
      `Le flux « ${brought.label} » (${brought.id}) ${ENDS[brought.mode]}.`,
    ]
  },
})

const Placed = (what: string) => ({
  at: Type.String({ description: what }),
  message: Type.String({ description: 'Phrase à lire.' }),
})

/** The same import through the API, for administrators of the platform: a flow serves every entity. */
export const flowImportRoute = ({ read, route: { example, ...described } }: FlowFormat): Route =>
  route({
    ...described,
    method: 'POST',
    can: 'system:edition',
    body: Type.Object(
      {
        text: Type.String({ maxLength: 1_000_000, description: 'Le texte du fichier.' }),
        id: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 45,
            description: 'L’identifiant à lui donner, quand le fichier n’a pas le sien ou qu’un autre flux le porte.',
          }),
        ),
        mode: Type.Optional(
          Type.Unsafe<Mode>({
            type: 'string',
            enum: MODES,
            description:
              'essai : dire ce qui viendrait, sans rien écrire ; brouillon (par défaut) : un brouillon du studio ; publication : le publier aussi, si rien ne s’y oppose.',
          }),
        ),
      },
      { additionalProperties: false, title: 'PastellFlowImport' },
    ),
    example: { ...example, mode: 'brouillon' },
    refusals: [errors.conflict],
    status: 201,
    variants: [{ status: 200, summary: 'Essai : rien n’est écrit.', example: { ...example, mode: 'essai' } }],
    response: Type.Object({
      id: Type.String({ description: 'Identifiant du flux.' }),
      label: Type.String({ description: 'Son nom.' }),
      mode: Type.Unsafe<Mode>({
        type: 'string',
        enum: MODES,
        description: 'Ce qui a été fait : un flux qui a des fautes reste en brouillon.',
      }),
      remarks: Type.Array(
        Type.Object({
          ...Placed('Pointeur JSON dans le fichier.'),
          is: Type.Unsafe<Remark['is']>({
            type: 'string',
            enum: ['repris', 'adapte', 'nonRepris'],
            description: 'Ce qu’il en est : repris, adapté ou laissé.',
          }),
        }),
        { description: 'Une ligne par chose du fichier dont il y a quelque chose à dire.' },
      ),
      faults: Type.Array(Type.Object(Placed('Pointeur JSON dans le flux.')), {
        description: 'Tout ce qui empêcherait de publier le brouillon ; vide : rien.',
      }),
    }),
    async handle({ body, caller, services }) {
      const { mode = 'brouillon' } = body
      const brought = await bring(read(body.text, body.id, services.steps), services, { mode, by: caller.id })
      return headed({ body: brought, headers: {}, status: mode === 'essai' ? 200 : 201 })
    },
  })
