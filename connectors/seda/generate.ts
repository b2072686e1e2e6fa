import { createHash } from 'node:crypto'
import {
  checkSip,
  ConfigurationError,
  localDay,
  PermanentError,
  renderExpression,
  tarGz,
  type Clock,
  type DocumentContents,
  type FileRef,
  type Files,
  type JournalLine,
  type Log,
  type Sip,
} from '#core'
import type { SedaSettings } from './fields.ts'
import { writeSlip, type SlipContent } from './slip.ts'
import { unitsOf, type Piece, type Unit } from './units.ts'

export interface Generation {
  readonly settings: SedaSettings
  readonly contents: DocumentContents
  readonly evidence: { readonly journal: FileRef; readonly lines: readonly JournalLine[] }
  readonly transferId: string
  readonly files: Files
  readonly clock: Clock
  readonly log: Log
  readonly schemas: string | undefined
}

const dayIn = (date: Date | undefined): string => (date ? localDay(date) : '')

/** `contenu;référence;type`, one by line, each cell an expression; a content that gives nothing gives no keyword. */
const keywordsIn = (setting: string, say: (expression: string) => string): SlipContent['root']['keywords'] =>
  setting
    .split('\n')
    .map(line => line.split(';').map(say))
    .flatMap(([content = '', reference = '', type = '']) => (content === '' ? [] : [{ content, reference, type }]))

/** Reads every file again: a digest that leaves must be the one of what leaves. */
const digestsOf = async (
  pieces: readonly Piece[],
  { settings, files }: Generation,
): Promise<ReadonlyMap<string, string>> => {
  const digests = new Map<string, string>()
  for (const { id, file } of pieces) {
    const hash = createHash(settings.empreinte)
    let size = 0
    for await (const chunk of files.open(file) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      size += chunk.length
    }
    if (size !== file.size)
      throw new PermanentError(
        `Le fichier « ${file.name} » compte ${size} octets au lieu de ${file.size} : restaurez-le depuis une sauvegarde.`,
      )
    digests.set(id, hash.digest('hex'))
  }
  return digests
}

const slipOf = async (units: readonly Unit[], generation: Generation): Promise<SlipContent> => {
  const { settings, contents, evidence, transferId, clock } = generation
  const [first, last] = [dayIn(evidence.lines[0]?.at), dayIn(evidence.lines.at(-1)?.at)]
  const say = (expression: string | undefined): string =>
    renderExpression(
      (expression ?? '').replaceAll('%journal.debut%', first).replaceAll('%journal.fin%', last),
      contents,
      'label',
    ).trim()
  return {
    version: settings.version,
    date: clock.now().toISOString(),
    transferId,
    comment: say(settings.commentaire),
    agreement: say(settings.accord),
    profile: say(settings.profil),
    serviceLevel: say(settings.niveauService),
    archivalAgency: say(settings.serviceArchives),
    transferringAgency: say(settings.serviceVersant),
    originatingAgency: say(settings.serviceProducteur),
    algorithm: settings.empreinte,
    digests: await digestsOf(
      units.flatMap(unit => unit.pieces),
      generation,
    ),
    root: {
      level: settings.niveau,
      title: say(settings.titre) || contents.title,
      description: say(settings.description),
      originatingAgencyId: say(settings.identifiantProducteur),
      transferringAgencyId: say(settings.identifiantVersant),
      history: say(settings.historique),
      language: say(settings.langue),
      descriptionLanguage: say(settings.langueDescription),
      keywords: keywordsIn(settings.motsCles ?? '', say),
      startDate: say(settings.dateDebut),
      endDate: say(settings.dateFin),
    },
    accessRule: settings.regleAcces
      ? { rule: say(settings.regleAcces), startDate: say(settings.regleAccesDebut) }
      : undefined,
    appraisalRule: settings.regleSort
      ? { rule: say(settings.regleSort), startDate: say(settings.regleSortDebut), finalAction: settings.sortFinal }
      : undefined,
    units,
  }
}

/**
 * What the schema would refuse in words that nobody recognises. An empty file is one: SEDA wants a size above zero.
 * @returns French sentences
 */
const faultsBefore = (slip: SlipContent): readonly string[] => [
  ...slip.units.flatMap(unit =>
    unit.pieces
      .filter(piece => piece.file.size === 0)
      .map(
        piece =>
          `Le fichier « ${piece.file.name} » (${unit.title}) est vide : un fichier vide ne peut pas être archivé.`,
      ),
  ),
  ...(slip.appraisalRule && !/^(?:P\d+Y|APP\w+)$/u.test(slip.appraisalRule.rule)
    ? [`La durée d'utilité administrative « ${slip.appraisalRule.rule} » doit s'écrire « P10Y » pour dix ans.`]
    : []),
]

const refuse = (title: string, faults: readonly string[]): never => {
  throw new PermanentError(
    `Le bordereau SEDA de « ${title} » n'est pas valide : il n'a pas été envoyé.\n${faults.map(fault => `– ${fault}`).join('\n')}`,
  )
}

/** Builds the slip and its archive, and lets nothing out that the published schema or the archive itself contradicts. */
export const generate = async (generation: Generation): Promise<Sip> => {
  const { contents, evidence, transferId, files, settings, log, schemas } = generation
  const units = unitsOf(contents, evidence.journal, settings)
  const slip = await slipOf(units, generation)
  if (slip.archivalAgency === '' || slip.transferringAgency === '')
    throw new ConfigurationError(
      "Le service d'archives et le service versant doivent avoir un identifiant : complétez les réglages du connecteur SEDA.",
    )
  const before = faultsBefore(slip)
  if (before.length > 0) refuse(contents.title, before)
  const xml = writeSlip(slip)
  const archive = await files.save(
    tarGz(
      units
        .flatMap(unit => unit.pieces)
        .map(({ uri, file }) => ({
          name: uri,
          size: file.size,
          modified: contents.createdAt,
          open: () => files.open(file),
        })),
    ),
    'archive.tar.gz',
  )
  const { faults, schemaChecked } = await checkSip(Buffer.from(xml), files.open(archive), schemas)
  if (faults.length > 0) refuse(contents.title, faults)
  if (!schemaChecked)
    log.warn(
      { transferId, version: settings.version },
      `SEDA ${settings.version} schema not installed: only the links of the slip were checked`,
    )
  return { transferId, agency: slip.transferringAgency, bordereau: await files.save(xml, 'bordereau.xml'), archive }
}
