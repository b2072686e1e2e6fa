import { fileNamed, type StepExample } from '#core/testing'

const projet = (nom: string) => ({ nom, rapport: fileNamed(`${nom}.pdf`), annexes: [] })

/** What playing a séance needs: a day to come, an agenda, and what may be changed before that day. */
export const exemple: StepExample = {
  values: {
    date: '2026-01-20',
    heure: '18:30',
    projets: [projet('Budget')],
    autresDocuments: [{ nom: 'Plan de la salle', fichier: fileNamed('salle.pdf') }],
  },
  corrections: {
    aVerifier: [{ seanceId: 'seance-1' }],
    suivie: [{ projets: [projet('Budget'), projet('Cantine')], autresDocuments: [], lieu: 'Salle des fêtes' }],
  },
}
