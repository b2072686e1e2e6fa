import { isEmpty, type AutreDocument, type ProjetDeSeance, type SeanceAConvoquer } from '#core'
import { convocationFields, type SeanceData } from './fields.ts'

/** Local date and time of the séance in France, `YYYY-MM-DDTHH:mm`: compares with `localTime` as a text. */
export const timeOf = ({ date, heure }: Pick<SeanceData, 'date' | 'heure'>): string => `${date}T${heure}`

/** « 24/09/2026 à 18:30 ». */
export const writtenTime = (local: string): string => {
  const [day = '', hour = ''] = local.split('T')
  return `${day.split('-').toReversed().join('/')} à ${hour}`
}

export const projectsOf = ({ projets }: Pick<SeanceData, 'projets'>): readonly ProjetDeSeance[] =>
  projets.map(({ nom, rapport, theme, rapporteur, annexes = [] }) => ({
    name: nom,
    file: rapport,
    theme: theme?.value,
    reporter: rapporteur?.value,
    annexes: annexes.map(each => ({ title: each.name.replace(/\.[^.]+$/u, ''), file: each })),
  }))

export const othersOf = ({ autresDocuments }: SeanceData): readonly AutreDocument[] =>
  autresDocuments.map(({ nom, fichier }) => ({ name: nom, file: fichier }))

export const seanceOf = (data: SeanceData, key: string): SeanceAConvoquer => ({
  key,
  date: timeOf(data),
  type: data.type.value,
  place: data.lieu,
  remoteAllowed: data.aDistance,
  convocation: data.convocation,
  invitation: data.invitation,
  projects: projectsOf(data),
  ...(data.elus.length > 0
    ? {
        acteurs: data.elus.map(({ nom, prenom, adresse, titre, mobile }) => ({
          firstName: prenom,
          lastName: nom,
          email: adresse,
          title: titre,
          mobile,
        })),
      }
    : {}),
})

/** Fields without which a séance cannot leave: an agent may have emptied one since the form was sent. */
const NEEDED = ['date', 'heure', 'type', 'lieu', 'convocation'] as const

export const missingIn = (data: SeanceData): string | undefined => {
  const empty = NEEDED.find(name => isEmpty(data[name]))
  return empty && `il manque « ${convocationFields[empty].label} » : le renseigner à nouveau`
}

/** What of a séance the remote keeps apart: each part is changed by its own call, and left alone when it did not change. */
interface Parts {
  readonly seance: string
  readonly projets: string
  readonly autres: string
}

export const partsOf = (data: SeanceData): Parts => ({
  seance: JSON.stringify([timeOf(data), data.lieu, data.aDistance, data.convocation, data.invitation]),
  projets: JSON.stringify(data.projets),
  autres: JSON.stringify(data.autresDocuments),
})

/** The parts as they left last, written in the document beside their time. */
export const sentParts = (parts: Parts): string => JSON.stringify(parts)

const read = (transmis: string | undefined): Partial<Parts> =>
  transmis === undefined ? {} : (JSON.parse(transmis) as Partial<Parts>)

/** The agenda as it left last. */
export const toldProjects = ({ transmis }: SeanceData): readonly ProjetDeSeance[] =>
  projectsOf({ projets: JSON.parse(read(transmis).projets ?? '[]') as SeanceData['projets'] })

/** What an agent changed since the remote was told. */
export const changedParts = (data: SeanceData): readonly (keyof Parts)[] => {
  const [now, before] = [partsOf(data), read(data.transmis)]
  return (['seance', 'projets', 'autres'] as const).filter(part => now[part] !== before[part])
}
