import { createHash } from 'node:crypto'
import type { Clock } from '../../authoring/context.ts'
import type { FileRef } from '../../authoring/values.ts'
import type { Db } from '../../db/knex.ts'
import { inTransaction } from '../../db/unit-of-work.ts'
import { builtInLabel, isBuiltIn } from '../../engine/availability.ts'
import { defaults, problems } from '../../engine/form.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import { errors, Problem } from '../../errors.ts'
import type { StoredFiles } from '../../files/files.ts'
import { HEAD_SIZE, recognise } from '../../files/media-types.ts'
import { isDamage, type ZippedFile } from '../../files/unzip.ts'
import type { FlowRegistry } from '../../flows/registry.ts'
import { canonicalJson } from '../../journal/storable.ts'
import { accept } from '../received.ts'
import { sentenceOf } from '../sentences.ts'
import type { Documents } from '../service.ts'
import { UnreadableFile } from './csv.ts'
import { alreadyCreated } from './creations.ts'
import { forgetLines, insertItems, moveOn, recount } from './ledger.ts'
import { MOST_LINES, type Content, type CreationBatch, type Item } from './model.ts'
import { BETWEEN_FILES, withSource, type Cell, type Pieces, type SourceLine } from './source.ts'

export interface ExaminerDependencies {
  readonly db: Db
  readonly flows: FlowRegistry
  readonly files: StoredFiles
  readonly documents: Pick<Documents, 'complete'>
  readonly clock: Clock
}

/** Lines written at a time. */
const TOGETHER = 200

/** What a file of the archive would be once stored, but its digest. Only its head is read. */
const describe = async (piece: ZippedFile): Promise<FileRef> => {
  const head: Buffer[] = []
  let size = 0
  for await (const chunk of (await piece.open()) as AsyncIterable<Buffer>) {
    head.push(chunk)
    size += chunk.length
    if (size >= HEAD_SIZE) break
  }
  const type = await recognise(Buffer.concat(head).subarray(0, HEAD_SIZE), piece.name)
  return { sha256: '0'.repeat(64), name: piece.name, size: piece.size, type }
}

const isFiles = ({ field }: Cell) => field.kind === 'file' || field.kind === 'files'

const digestOf = (flow: CompiledFlow, cells: readonly Cell[], pieces: Pieces, twin: number): string => {
  const held = cells.map(cell => [
    cell.field.name,
    isFiles(cell)
      ? namesIn(cell).map(name => {
          const { size, crc32 } = pieces.find(name) ?? {}
          return { name, size, crc32 }
        })
      : cell.text,
  ])
  return createHash('sha256')
    .update(canonicalJson({ flow: flow.id, held, twin }))
    .digest('hex')
}

const namesIn = ({ text }: Cell): readonly string[] =>
  text
    .split(BETWEEN_FILES)
    .map(name => name.trim())
    .filter(Boolean)

/** Reads lines one by one against a flow. Remembers what it needs across lines: identical ones, files used, lists out of reach. */
const createReader = (
  batch: CreationBatch,
  flow: CompiledFlow,
  pieces: Pieces,
  { documents, flows, clock }: ExaminerDependencies,
) => {
  const seen = new Map<string, number>()
  const used = new Set<string>()
  let unverified: string | undefined

  const at = (cell: Cell, message: string) => (cell.header === '' ? message : `Colonne « ${cell.header} » : ${message}`)

  const filesOf = async (
    cell: Cell,
  ): Promise<{
    readonly paths: readonly string[]
    readonly refs: readonly FileRef[]
    readonly faults: readonly string[]
  }> => {
    const paths: string[] = []
    const refs: FileRef[] = []
    const faults: string[] = []
    for (const name of namesIn(cell)) {
      const piece = pieces.find(name)
      if (!piece) {
        faults.push(
          pieces.all.length === 0
            ? `le fichier « ${name} » est cité, mais aucun fichier n'accompagne le CSV : réunissez-les dans un zip.`
            : `le fichier « ${name} » n'est pas dans l'archive, ou plusieurs y portent ce nom.`,
        )
        continue
      }
      used.add(piece.path)
      try {
        refs.push(await describe(piece))
        paths.push(piece.path)
      } catch (error) {
        if (!isDamage(error)) throw error
        faults.push(`le fichier « ${name} » est abîmé dans l'archive : refaites-la.`)
      }
    }
    return { paths, refs, faults }
  }

  /** Codes of remote lists get their label; a list out of reach is said once, and its codes are kept as they are. */
  const complete = async (values: Readonly<Record<string, unknown>>) => {
    const codes = Object.entries(values).flatMap(([name, value]) =>
      flow.fields[name]?.kind === 'remoteChoice' ? [[name, (value as { readonly value: string }).value] as const] : [],
    )
    if (codes.length === 0 || unverified !== undefined) return { values, faults: [] }
    try {
      return {
        values: await documents.complete({
          entityId: batch.entityId,
          flow,
          values: { ...values, ...Object.fromEntries(codes) },
        }),
        faults: [],
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.code === errors.badInput.code) return { values, faults: [sentenceOf(error)] }
      unverified = sentenceOf(error)
      return { values, faults: [] }
    }
  }

  const outcome = (data: Content['values']): string => {
    const { action } = batch.task
    const label = action === undefined ? undefined : actionLabel(flow, action)
    const reads = Object.keys(data).some(name => flows.extractorOf(flow.id, name))
    if (reads)
      return label === undefined
        ? 'Sera créé ; la lecture de ses fichiers le complétera.'
        : `Sera créé et complété par la lecture de ses fichiers, puis : ${label}.`
    const [problem] = problems(flow, { ...defaults(flow, clock.now()), ...data }, clock.now())
    if (label === undefined)
      return `Sera créé en brouillon.${problem ? ` Restera à compléter : ${problem.message}` : ''}`
    return problem ? `Sera créé en brouillon, sans « ${label} » : ${problem.message}` : `Sera créé, puis : ${label}.`
  }

  return {
    unverified: () => unverified,
    unused: () => pieces.all.filter(({ path }) => !used.has(path)),

    async read({ line, cells, fault }: SourceLine): Promise<Item> {
      const faults = fault === undefined ? [] : [fault]
      const values: Record<string, unknown> = {}
      const refs: Record<string, unknown> = {}
      const files: Record<string, readonly string[]> = {}
      for (const cell of cells) {
        const found = isFiles(cell) ? await filesOf(cell) : undefined
        for (const each of found?.faults ?? []) faults.push(at(cell, each))
        const accepted = accept(flow, { [cell.field.name]: found?.refs ?? cell.text }, clock.now())
        for (const each of accepted.remarks) faults.push(at(cell, each))
        if (found) {
          files[cell.field.name] = found.paths
          Object.assign(refs, accepted.values)
        } else Object.assign(values, accepted.values)
      }
      const completed = await complete(values)
      faults.push(...completed.faults)
      if (cells.length === 0) faults.push('La ligne ne remplit aucun champ.')
      const alike = digestOf(flow, cells, pieces, 0)
      const twin = seen.get(alike) ?? 0
      seen.set(alike, twin + 1)
      const title = flow.title === undefined ? undefined : values[flow.title]
      return {
        line,
        status: faults.length > 0 ? 'invalid' : 'ready',
        title: typeof title === 'string' ? title : '',
        flowId: flow.id,
        documentId: null,
        message: faults.length > 0 ? faults.join('\n') : outcome({ ...completed.values, ...refs }),
        content: { values: completed.values, files, digest: digestOf(flow, cells, pieces, twin) },
      }
    },
  }
}

/** « Envoyer », or the label of the task. */
export const actionLabel = (flow: CompiledFlow, action: string): string =>
  isBuiltIn(action) ? builtInLabel(action) : (flow.tasks[action]?.label ?? action)

const unusedRemark = (unused: readonly ZippedFile[]): readonly string[] => {
  if (unused.length === 0) return []
  const who =
    unused.length === 1
      ? "1 fichier de l'archive n'est cité par aucune ligne"
      : `${unused.length} fichiers de l'archive ne sont cités par aucune ligne`
  const names = unused.slice(0, 5).map(({ path }) => `« ${path} »`)
  return [`${who} : ${names.join(', ')}${unused.length > 5 ? '…' : ''}.`]
}

/**
 * The dry run: reads the whole file, and writes for each line what would be created or what is wrong there. Creates nothing. Begins again
 * from nothing when it was interrupted.
 */
export const examine = async (batch: CreationBatch, dependencies: ExaminerDependencies): Promise<void> => {
  const { db, flows, files } = dependencies
  const { task } = batch
  await forgetLines(db, batch)
  const conclude = (stage: 'ready' | 'unreadable', remarks: readonly string[]) =>
    inTransaction(db, async trx => {
      if (stage === 'unreadable') await forgetLines(trx, batch)
      // Cancelled meanwhile: there is nothing to read any more.
      if (!(await moveOn(trx, batch, ['examining'], { stage, remarks }))) await forgetLines(trx, batch)
      await recount(trx, batch)
    })
  try {
    const flow = flows.current(task.flow)
    if (!flow) throw new UnreadableFile(errors.flowNotFound.title)
    const remarks = await withSource(flow, task, files, async source => {
      const reader = createReader(batch, flow, source.pieces, dependencies)
      let [waiting, count] = [[] as Item[], 0]
      const write = async () => {
        const known = task.again ? waiting : await alreadyCreated(db, batch, waiting)
        await insertItems(db, batch, known)
        waiting = []
      }
      for await (const line of source.lines()) {
        if (++count > MOST_LINES)
          throw new UnreadableFile(
            `Le fichier compte plus de ${MOST_LINES.toLocaleString('fr-FR')} lignes : découpez-le.`,
          )
        waiting.push(await reader.read(line))
        if (waiting.length === TOGETHER) await write()
      }
      await write()
      if (count === 0) throw new UnreadableFile('Le fichier ne contient aucune ligne à créer.')
      const unverified = reader.unverified()
      return [
        ...source.remarks,
        ...unusedRemark(reader.unused()),
        ...(unverified === undefined
          ? []
          : [`Les valeurs des listes distantes n'ont pas pu être vérifiées : ${unverified}`]),
      ]
    })
    await conclude('ready', remarks)
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error
    await conclude('unreadable', [error.message])
  }
}
