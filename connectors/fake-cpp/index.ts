import {
  ConfigurationError,
  datesOf,
  defineConnector,
  historyJson,
  localDay,
  readPivot,
  simulateTrouble,
  simulationCheck,
  type FileRef,
  type Inbox,
} from '#core'
import { countOf, heldInvoice, historyOf, hold, passage, setCount, type Held } from './held.ts'
import { simulatedPortal } from './portal.ts'
import { samplePivot } from './sample.ts'
import { cppFields, type CppContext } from './settings.ts'

/** The file that the administrator chose, or one of example. */
const pivotOf = async (context: CppContext, id: string, numero: string): Promise<FileRef> => {
  const { config, files } = context
  return config.pivot === undefined ? samplePivot(context, id, numero) : files.save(config.pivot, `facture-${id}.xml`)
}

/** Brings one invoice: held by the portal first, so that whoever opens its document finds it there. */
const deliver = async (context: CppContext & { readonly inbox: Inbox }, rank: number) => {
  const { config, files, inbox, clock } = context
  const id = `9${String(rank).padStart(6, '0')}`
  const pivot = await pivotOf(context, id, `SIMULATION-${rank}`)
  const [unit] = await readPivot(files, pivot)
  const numero = unit?.values.no_facture ?? id
  const fresh = (): Held => ({ id, numero, pivot, passages: [passage(context, 'MISE_A_DISPOSITION')] })
  const held = (await heldInvoice(context, id)) ?? fresh()
  await hold(context, held)
  const history = historyOf(held)
  return inbox.deliver({
    flow: config.flux,
    externalId: `facture-${id}`,
    values: {
      is_cpp: true,
      type_integration: 'CPP',
      id_facture_cpp: id,
      statut_cpp: history.statut,
      histo_statut_cpp: await files.save(historyJson(history), 'histo_statut_cpp.json'),
      date_statut_courant: localDay(clock.now()),
      date_mise_a_dispo: datesOf(history).date_mise_a_dispo,
      date_depot: localDay(clock.now()),
      destinataire: 'Structure simulée',
      no_facture: numero,
      fournisseur: unit?.values.fournisseur,
      siret: unit?.values.siret,
      date_facture: unit?.values.date_facture?.slice(0, 10),
      montant_ttc: unit?.values.montant_ttc,
      fichier_facture: pivot,
    },
    then: { whenValid: 'envoyer' },
    message: `Facture ${numero} livrée par le portail simulé (n° ${id}) : elle n'a aucune valeur.`,
  })
}

/** A portal of invoices that bills nobody: it delivers invoices of example, takes statuses and deposits. */
export default defineConnector({
  id: 'fake-cpp',
  version: 1,
  label: 'Simulation — Portail de factures (Chorus Pro)',
  provides: ['portailFactures'],
  simulation: true,
  pastell: ['FakeCPP', 'fakeCpp'],
  config: cppFields,

  schedules: {
    relever: {
      label: 'Livrer des factures d’exemple',
      every: '1 h',
      async run(context) {
        const { config } = context
        await simulateTrouble(context)
        const form = await context.inbox.form(config.flux)
        if (!form)
          throw new ConfigurationError(`Le flux « ${config.flux} » n'existe pas ici : changez-le dans les réglages.`)
        const done = await countOf(context, 'recues')
        const left = config.total === 0 ? config.nombre : Math.min(config.nombre, config.total - done)
        if (left <= 0) return `Aucune facture livrée : les ${done} factures demandées l'ont été.`
        for (let rank = done + 1; rank <= done + left; rank += 1) {
          await deliver(context, rank)
          await setCount(context, 'recues', rank)
        }
        return `${left} facture(s) simulée(s) livrée(s), ${done + left} en tout.`
      },
    },
  },

  connect: context => ({
    check: () => simulationCheck(context),
    portailFactures: simulatedPortal(context),
  }),
})
