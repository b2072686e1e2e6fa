import { fakePortail, samplePivot, type FlowExample, type Materials } from '#core/testing'

/** An invoice as the connector of the portal delivers it. */
const delivered = async ({ save }: Materials, values: Readonly<Record<string, unknown>> = {}) => ({
  ...{
    surPortail: true,
    annulee: false,
    idFacture: '1221',
    statut: 'MISE_A_DISPOSITION',
    origine: 'CPP',
    numero: 'F-1',
  },
  pivot: await save(samplePivot('F-1'), '1221.xml'),
  ...values,
})

/** An invoice that goes by itself, one whose route an agent chooses, one that nobody follows at the portal. */
export const exemple: FlowExample = {
  departures: {
    complet: delivered,
    'à orienter': materials => delivered(materials, { envoiAuto: false }),
    'sans visa': materials => delivered(materials, { envoiVisa: false }),
    'hors du portail': materials => delivered(materials, { surPortail: false }),
  },
  neverReached: {
    'suivi.sansNouvelles': 'Le joueur n’y vient pas encore : le test du flux mène à ce silence.',
    'suivi.erreur': 'Le joueur n’y vient pas encore : « Arrêter le suivi » ne fait rien qui puisse échouer.',
  },
  remotes({ now }) {
    const { portail, receive } = fakePortail(now)
    receive('1221', 'MISE_A_DISPOSITION', 'F-1')
    return { portailFactures: portail }
  },
}
