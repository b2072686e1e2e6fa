import { portailFacturesConformance } from '#core/conformance'
import chorusPro from './index.ts'
import { createSimulator } from './simulator.ts'

portailFacturesConformance('Chorus Pro', chorusPro, async () => {
  const simulator = await createSimulator()
  const cpro = (operation: string) => new RegExp(`^POST /cpro/${operation}$`, 'u')
  return {
    config: simulator.config,
    refused: { config: { password: 'faux-mot-de-passe' }, secret: 'faux-mot-de-passe' },
    faults: simulator.faults,
    pushing: cpro('factures/v1/traiter/recue'),
    depositing: cpro('factures/v1/deposer/flux'),
    submitting: cpro('factures/v1/soumettre'),
    reading: cpro('factures/v1/consulter/historique'),
    siret: '21340172201787',
    supplierSiret: '00000000000018',
    receive: number => String(simulator.receive(number === undefined ? {} : { number })),
    move: (id, statut) => simulator.move(Number(id), statut),
    passages: (id, statut) =>
      simulator.invoices.find(invoice => invoice.id === Number(id))?.history.filter(each => each.statut === statut)
        .length ?? 0,
    finishFlows: end =>
      simulator.finishFlows(
        ({ integrated: 'IN_INTEGRE', rejected: 'IN_REJETE', incident: 'IN_INCIDENTE' } as const)[end],
      ),
    count: kind => simulator.count(kind === 'flows' ? 'flux' : 'déposée'),
    close: () => simulator.close(),
  }
})
