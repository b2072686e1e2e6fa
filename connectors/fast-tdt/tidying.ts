import { classificationsIn, currentClassification } from './classification.ts'
import { actesDepot, type FastTdtContext } from './depot.ts'

const DAY = 86_400_000

/**
 * Removes from the folder what this instance has read long ago, and nothing else: what it read is in the store, and a document that
 * still needed it would have read it again since.
 */
export const tidy = async (context: FastTdtContext): Promise<string> => {
  const { config, memory, clock } = context
  const depot = actesDepot(context)
  const names = await depot.names()
  const current = config.purgerClassifications ? await currentClassification(depot, memory, names) : undefined
  const classifications = new Set(classificationsIn(names, depot))
  let removed = 0
  for (const name of names) {
    if (classifications.has(name) && (current === undefined || current.file === name)) continue
    const read = await memory.get<string>(`lu/${name}`)
    if (read === undefined || clock.now().getTime() - Date.parse(read) < config.joursAvantRetrait * DAY) continue
    await depot.remove(name)
    await memory.set(`lu/${name}`, undefined)
    removed += 1
  }
  return removed === 0
    ? `Rien à retirer du dépôt (${names.length} fichier(s)).`
    : `${removed} fichier(s) déjà enregistré(s) retiré(s) du dépôt, ${names.length - removed} y reste(nt).`
}
