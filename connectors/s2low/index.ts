import { ConfigurationError, defineConnector, frenchDay, PermanentError, readClientCertificate, signersOf } from '#core'
import { accountSentence } from './account.ts'
import { s2lowActes } from './actes.ts'
import { refreshClassification } from './classification.ts'
import { config } from './fields.ts'
import { s2lowHelios } from './helios.ts'
import { collectLetters } from './letters.ts'
import { collectRetours } from './retours.ts'
import { s2lowWire } from './wire.ts'

export default defineConnector({
  id: 's2low',
  version: 1,
  label: 'S²LOW (actes et flux comptables)',
  provides: ['tdtActes', 'tdtHelios'],
  config,
  pace: { concurrency: 2 },
  pastell: ['s2low'],

  schedules: {
    classification: {
      label: 'Actualiser la classification',
      every: '1 d',
      async run({ config, http, memory }) {
        const { date, changed } = await refreshClassification(s2lowWire(http, config), memory)
        return changed ? `Classification du ${date} enregistrée.` : `Classification du ${date}, inchangée.`
      },
    },
    demanderClassification: {
      label: 'Demander la classification à la préfecture',
      async run({ config, http }) {
        const answer = await s2lowWire(http, config).ask('/modules/actes/actes_classification_request.php', { api: 1 })
        if (answer.is === 'ko') throw new PermanentError(`S²LOW refuse la demande de classification : ${answer.reason}`)
        return `Demande transmise à la préfecture (transaction ${answer.lines[0] ?? ''}). Sa réponse sera lue par « Actualiser la classification ».`
      },
    },
    courriers: {
      label: 'Relever les courriers de la préfecture',
      every: '1 h',
      run: ({ config, http, files, inbox, clock }) =>
        collectLetters(s2lowWire(http, config), { files, inbox, flow: config.fluxCourriers, now: clock.now() }),
    },
    pesRetour: {
      label: 'Relever les PES retour',
      every: '1 h',
      run: ({ config, http, files, inbox }) =>
        config.releverPesRetour
          ? collectRetours(s2lowWire(http, config), {
              ...{ files, inbox, flow: config.fluxPesRetour },
              distribution: config.repartition,
            })
          : Promise.resolve('Les PES retour ne sont pas relevés : la case est décochée dans les réglages.'),
    },
  },

  connect(context) {
    const { config, http, clock, memory, files } = context
    const wire = s2lowWire(http, config)
    return {
      tdtActes: s2lowActes(wire, context),
      tdtHelios: { ...s2lowHelios(wire, files), signers: signersOf(config) },
      async check() {
        const certificate = readClientCertificate(config.certificat, config.certificatMotDePasse)
        if (certificate.notAfter < clock.now())
          throw new ConfigurationError(
            `Le certificat « ${certificate.subject} » a expiré le ${frenchDay(certificate.notAfter)}. Déposez le nouveau dans les réglages du connecteur.`,
          )
        return accountSentence(wire, certificate, { now: clock.now(), memory })
      },
    }
  },
})
