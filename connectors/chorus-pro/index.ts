import {
  chorusPortal,
  chorusWire,
  choice,
  collectedSentence,
  collectInvoices,
  ConfigurationError,
  defineConnector,
  flag,
  frenchDay,
  importFields,
  passwordExpiryField,
  pisteFields,
  RELEVE_INTERDITE,
  searchReceived,
  searchWorks,
  secret,
  serviceNamed,
  servicesOf,
  structureOf,
  text,
  type ConnectContext,
  type PortailFactures,
} from '#core'

const config = {
  ...pisteFields,
  login: text('Compte technique Chorus Pro', { required: true, pastell: 'user_login' }),
  password: secret('Mot de passe du compte technique', { required: true, pastell: 'user_password' }),
  expiration: passwordExpiryField,
  siret: text('SIRET de la structure', {
    pattern: { regex: '^\\d{14}$', message: 'Un SIRET compte quatorze chiffres.' },
    help: 'Celle qui reçoit les factures. Vide : toutes celles que le compte technique voit.',
    pastell: 'identifiant_structure',
  }),
  service: text('Service destinataire', {
    help: 'Code du service. Vide : tous les services. « Tester » en donne la liste.',
    pastell: 'service_destinataire',
  }),
  role: choice(
    'Rôle pour les factures de travaux',
    { MOA: "Maître d'ouvrage", MOE: "Maître d'œuvre" },
    { help: "Vide : l'espace des factures de travaux n'est pas relevé.", pastell: 'user_role' },
  ),
  ...importFields,
  sansStatut: flag('Ne jamais renvoyer de statut à Chorus Pro', { pastell: 'no_change_statut_chorus' }),
}

type Context = Pick<ConnectContext<typeof config>, 'config' | 'http' | 'clock'>

const wireOf = ({ config: settings, http, clock }: Context) => chorusWire({ http, clock }, settings, settings)

/** A fortnight before the password expires, its holder is told. */
const WARNING = 15 * 86_400_000

const expirySentence = (expiry: string | undefined, now: Date): string => {
  if (expiry === undefined) return ''
  const until = new Date(`${expiry}T12:00:00Z`)
  if (until < now)
    return ` Attention : selon vos réglages, le mot de passe a expiré le ${frenchDay(until)}. Changez-le dans Chorus Pro, puis ici.`
  return until.getTime() - now.getTime() <= WARNING
    ? ` Attention : le mot de passe expire le ${frenchDay(until)}. Changez-le dans Chorus Pro, puis ici.`
    : ` Le mot de passe expire le ${frenchDay(until)}.`
}

export default defineConnector({
  id: 'chorus-pro',
  version: 1,
  label: 'Chorus Pro (PISTE)',
  provides: ['portailFactures'],
  pastell: ['cpp'],
  config,
  pace: { concurrency: 2 },

  schedules: {
    relever: {
      label: 'Relever les factures',
      every: '1 h',
      async run(context) {
        const { config: settings, clock, files, inbox, news, memory, log } = context
        if (settings.sansReleve) return RELEVE_INTERDITE
        const wire = wireOf(context)
        const structure = settings.siret ? await structureOf(wire, settings.siret) : undefined
        if (settings.service && !structure)
          throw new ConfigurationError(
            'Un service destinataire est réglé sans SIRET de structure : indiquez le SIRET, ou effacez le service.',
          )
        const filters = {
          recipientId: structure?.id,
          serviceId: settings.service && structure ? await serviceNamed(wire, structure, settings.service) : undefined,
        }
        const { role } = settings
        const collected = await collectInvoices({
          wire,
          files,
          inbox,
          news,
          memory,
          log,
          now: clock.now(),
          remembered: 'factures',
          settings,
          about: { account: undefined },
          search: async period => {
            const [received, works] = [period('CPP'), role && period('CPP_TRAVAUX')]
            return [
              ...(received ? await searchReceived(wire, { ...received, ...filters }) : []),
              ...(role && works ? await searchWorks(wire, { ...works, ...filters }, role) : []),
            ]
          },
        })
        return collectedSentence(collected)
      },
    },
  },

  connect({ config: settings, http, clock, files }) {
    const wire = wireOf({ config: settings, http, clock })
    const portal = chorusPortal(wire, files, settings.siret)
    const portailFactures: PortailFactures = settings.sansStatut
      ? {
          ...portal,
          changeStatus: async () => ({
            is: 'refused',
            reason: 'Les réglages du connecteur interdisent de renvoyer un statut à Chorus Pro.',
          }),
        }
      : portal

    return {
      portailFactures,
      async check() {
        await wire.token()
        const rates = await wire.ask('transverses/v1/recuperer/tauxtva')
        if (rates.is === 'refused')
          throw new ConfigurationError(
            `Chorus Pro refuse le compte technique « ${settings.login} » : ${rates.reason}. Vérifiez-le dans les réglages du connecteur.`,
          )
        const expiry = expirySentence(settings.expiration, clock.now())
        const account = `Connecté à Chorus Pro avec le compte technique « ${settings.login} »`
        if (!settings.siret) return `${account}, pour toutes les structures qu'il voit.${expiry}`
        const structure = await structureOf(wire, settings.siret)
        const services = await servicesOf(wire, structure)
        if (settings.service) await serviceNamed(wire, structure, settings.service)
        const listed = services.map(({ value, label }) => `« ${value} » (${label})`).join(', ')
        return `${account}, pour « ${structure.name} » (n° ${structure.id}). Services : ${listed || 'aucun'}.${expiry}`
      },
    }
  },
})
