import {
  ConfigurationError,
  TemporaryError,
  type Http,
  type Part,
  type ProjetDeSeance,
  type SeanceAConvoquer,
} from '#core'
import type { IdelibreSettings } from './fields.ts'
import { failureOf, write } from './http.ts'

const POLL = 60_000

export type LegacyCreation =
  | { readonly is: 'created'; readonly id: string | undefined }
  | { readonly is: 'alreadyThere' }
  | { readonly is: 'refused'; readonly status: number; readonly reason: string }

/** « Nom, Prénom » → the two fields of a reporter. */
const reporterOf = (reporter: string | undefined) => {
  if (reporter === undefined) return undefined
  const [lastname = '', firstname = ''] = reporter.split(',').map(part => part.trim())
  return { rapporteurlastname: lastname, rapporteurfirstname: firstname }
}

const projectOf = ({ name, theme, reporter, annexes }: ProjetDeSeance, ordre: number, defaultTheme: string) => ({
  ordre,
  libelle: name,
  theme: theme ?? defaultTheme,
  ...(reporter === undefined ? {} : { Rapporteur: reporterOf(reporter) }),
  annexes: annexes.map((_, rank) => ({ ordre: rank })),
})

/** The whole séance, agenda included, as `/seances.json` wants it (`idelibre.md` §3). */
const formOf = (seance: SeanceAConvoquer, type: string, defaultTheme: string): readonly Part[] => [
  {
    name: 'jsonData',
    value: JSON.stringify({
      date_seance: `${seance.date.replace('T', ' ')}:00`,
      type_seance: type,
      place: seance.place,
      acteurs_convoques: JSON.stringify(
        (seance.acteurs ?? []).map(({ firstName, lastName, email, title = '', mobile = '' }) => ({
          Acteur: { prenom: firstName, nom: lastName, email, titre: title, telmobile: mobile },
        })),
      ),
      projets: seance.projects.map((project, rank) => projectOf(project, rank, defaultTheme)),
    }),
  },
  { name: 'convocation', file: seance.convocation },
  ...seance.projects.flatMap(({ file, annexes }, rank): readonly Part[] => [
    { name: `projet_${rank}_rapport`, file },
    ...annexes.map((annexe, place) => ({ name: `projet_${rank}_${place}_annexe`, file: annexe.file })),
  ]),
]

const saysAlreadyThere = (reason: string): boolean => /already exist|existe déjà|déjà/iu.test(reason)

/** The API of the former versions: it creates a séance whole, and nothing else. */
export const legacyApi = (http: Http, settings: IdelibreSettings) => {
  const { connexion: conn, identifiant: username, motDePasse: password, autorite: ca } = settings
  const client = http.client({ baseUrl: settings.url, ...(ca ? { tls: { ca } } : {}) })

  const account = () => {
    if (conn && username && password) return { conn, username, password }
    throw new ConfigurationError(
      "L'ancienne API d'i-delibRE demande le nom de la connexion, l'identifiant et le mot de passe du secrétaire : complétez les réglages du connecteur.",
    )
  }

  const read = async (path: string): Promise<string> => {
    const response = await client.request({ path, timeout: POLL })
    if (response.status !== 200) throw await failureOf(response)
    return (await response.text()).trim().replace(/^"|"$/gu, '')
  }

  /** @throws ConfigurationError when the account is refused */
  const checkAccount = async (): Promise<void> => {
    const response = await client.request({
      method: 'POST',
      path: '/api300/check',
      body: { form: account() },
      timeout: POLL,
    })
    if (response.status === 403 || response.status === 401)
      throw new ConfigurationError(
        `i-delibRE refuse le compte « ${username ?? ''} » de la connexion « ${conn ?? ''} » : corrigez la connexion, l'identifiant ou le mot de passe dans les réglages du connecteur.`,
      )
    if (response.status !== 200) throw await failureOf(response)
    if ((await response.text()).includes('success')) return
    throw new TemporaryError(
      "i-delibRE n'a pas répondu « success » à la vérification du compte. Un nouvel essai aura lieu.",
    )
  }

  return {
    checkAccount,
    async ping(): Promise<void> {
      if ((await read('/api300/ping')) === 'ping') return
      throw new TemporaryError(
        'i-delibRE a répondu autre chose que « ping » à la vérification de son ancienne API. Un nouvel essai aura lieu.',
      )
    },
    /** Version of i-delibRE, in its words. */
    version: () => read('/api300/version'),

    /** One transaction there: after a lost answer, the séance exists with its whole agenda or not at all. */
    async create(seance: SeanceAConvoquer, type: string): Promise<LegacyCreation> {
      const credentials = Object.entries(account()).map(([name, value]) => ({ name, value }))
      const parts = [...credentials, ...formOf(seance, type, settings.themeParDefaut)]
      const sent = await write(client, { method: 'POST', path: '/seances.json', body: { parts } })
      if (sent.is === 'ok') {
        const { success, uuid } = Object(sent.answer) as { success?: unknown; uuid?: unknown }
        if (success === true) return { is: 'created', id: typeof uuid === 'string' && uuid !== '' ? uuid : undefined }
        throw new TemporaryError(
          "i-delibRE a répondu sans dire si la séance est créée. Elle va y être recherchée avant d'être envoyée à nouveau.",
          { maybeSent: true },
        )
      }
      if (sent.status === 400 && saysAlreadyThere(sent.reason)) return { is: 'alreadyThere' }
      // Everything is a 400 there, a wrong password included: only the account itself tells them apart.
      if (sent.status === 400) await checkAccount()
      return sent
    },
  }
}

export type LegacyApi = ReturnType<typeof legacyApi>
