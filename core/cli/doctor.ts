import { loadConfig } from '../../config/index.ts'
import { readableSize } from '../files/errors.ts'
import { surveyedPart } from '../files/survey.ts'
import { unusedContents } from '../files/sweep.ts'
import { openHub } from '../hub.ts'
import { rebuildQueue } from '../jobs/rebuild.ts'
import type { Run } from './command.ts'

export const run: Run = async () => {
  const hub = await openHub(await loadConfig(), 'worker')
  try {
    const { cradle } = hub
    const { missing, extra } = await rebuildQueue(cradle.db)
    console.log(`File d'attente : ${missing} réveil(s) manquant(s) ajouté(s), ${extra} en trop retiré(s).`)
    const unused = await unusedContents(cradle.db, cradle.clock.now())
    console.log(
      `Entrepôt de fichiers : ${unused.count} contenu(s) que plus rien n'emploie, ${readableSize(unused.bytes)}, à retirer au prochain passage du ménage.`,
    )
    const surveyed = Math.floor((await surveyedPart(cradle.db)) * 100)
    if (surveyed < 100)
      console.log(
        `  Ce qu'il garde est connu à ${surveyed} % : le reste se relève à chaque passage du ménage (toutes les six heures), et ce que rien n'emploie s'en va une semaine après.`,
      )
    const waiting = await cradle
      .db('documents')
      .whereNotNull('waiting_for')
      .groupBy('waiting_for')
      .select<{ waitingFor: string; count: string }[]>('waiting_for', cradle.db.raw('count(*)'))
    for (const each of waiting) console.log(`  ${each.count} document(s) attendent : ${each.waitingFor}`)
    const suspended = await cradle
      .db('connector_instances')
      .where({ status: 'suspended' })
      .select<{ id: string; label: string; statusMessage: string }[]>('id', 'label', 'status_message')
    for (const each of suspended)
      console.log(`  Connecteur ${each.id} « ${each.label} » suspendu : ${each.statusMessage}`)
  } finally {
    await hub.close()
  }
}
