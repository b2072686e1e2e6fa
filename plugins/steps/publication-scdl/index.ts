import { date, defineStep, file, longText, PermanentError, remoteChoice, splitName, text } from '#core'
import type { DocumentContents, FileRef } from '#core'
import { ecrireAnnee, lineWritten } from './annee.ts'
import { COLONNES, csvOf, faultsOf, type Deliberation } from './colonnes.ts'
import { matiereOf } from './matieres.ts'
import { lireReglages } from './reglages.ts'

const VOTE = { regex: '^\\d{1,6}$', message: 'Un décompte de voix est un nombre entier, par exemple « 23 ».' }

/** What is deposited: the acte, and its line when it has a file of its own, under a name that no other délibération has. */
const depositOf = (
  contents: DocumentContents,
  title: string,
  { acte, donnees }: { readonly acte: FileRef; readonly donnees: FileRef | undefined },
): DocumentContents => ({
  ...contents,
  title,
  fields: { donnees: file('Données de la délibération (SCDL)'), acte: file('Délibération') },
  values: { donnees, acte },
})

/**
 * Publication of a délibération as open data: one checked line of the SCDL format and the acte, through any deposit connector
 * (formats/opendata.md §1). The lines are one file per acte, or one per authority and year where the deposit knows how to replace a file.
 */
export const publicationScdl = defineStep({
  id: 'publicationScdl',
  label: 'Publication en données ouvertes',
  needs: ['ged', 'reglages'],
  inputs: {
    objet: longText('Objet', { required: true }),
    numero: text('Numéro', { required: true }),
    date: date('Date', { required: true }),
    classification: remoteChoice('Classification', 'classification', { required: true }),
    dateAr: date("Date de l'accusé de réception"),
    acte: file('Délibération', { required: true }),
    retrait: date("Date de l'annulation"),
  },
  fields: {
    budgetAnnee: text(COLONNES.BUDGET_ANNEE.label, {
      help: 'Quand la délibération engage un budget.',
      pattern: { regex: '^\\d{4}(/\\d{4})?$', message: 'Écrire une année « 2026 » ou un intervalle « 2026/2027 ».' },
    }),
    budgetNom: text(COLONNES.BUDGET_NOM.label, { max: 256 }),
    voteEffectif: text(COLONNES.VOTE_EFFECTIF.label, { help: 'Élus en exercice.', pattern: VOTE }),
    voteReel: text(COLONNES.VOTE_REEL.label, { help: 'Élus qui ont pris part au vote.', pattern: VOTE }),
    votePour: text(COLONNES.VOTE_POUR.label, { pattern: VOTE }),
    voteContre: text(COLONNES.VOTE_CONTRE.label, { pattern: VOTE }),
    voteAbstention: text(COLONNES.VOTE_ABSTENTION.label, { pattern: VOTE }),
    donnees: file('Données publiées (CSV)', { computed: true }),
    emplacement: text('Emplacement de la publication', { computed: true, index: true }),
    adresse: text("Adresse publique de l'acte", { computed: true }),
    fichierAnnee: text("Fichier de l'année", { computed: true, index: true }),
    emplacementAnnee: text("Emplacement du fichier de l'année", { computed: true }),
    ligne: longText('Ligne publiée', { computed: true, hidden: true }),
  },
  initial: 'aPublier',
  states: {
    aPublier: { label: 'Préparation de la publication' },
    aRassembler: { label: "Mise à jour du fichier de l'année" },
    publie: { label: 'Publié en données ouvertes', ends: 'next' },
    ecarte: { label: 'Non publié', ends: 'next' },
    erreur: {
      label: 'Publication impossible',
      help: 'Le motif dit la colonne à corriger ou ce que le dépôt refuse. Corriger les votes ou le budget, puis « Réessayer : Publier » ; ou « Ne pas publier » pour que l’acte continue sans être publié.',
      trouble: true,
      editable: 'all',
    },
    erreurAnnee: {
      label: "Fichier de l'année non mis à jour",
      help: 'L’acte est déposé, mais le fichier de l’année n’a pas reçu sa ligne. Faire lever ce que dit le motif, puis « Réessayer » ; ou « Ne pas publier » : sa ligne n’y entrera pas, et l’acte est à retirer du dépôt à la main.',
      trouble: true,
    },
  },
  tasks: {
    publier: {
      label: 'Publier',
      from: 'aPublier',
      to: ['publie', 'aRassembler'],
      // The deposit recognises its own work by the key, and the same values give the same files.
      afterCrash: 'retry',
      uses: 'ged',
      async run({ inputs, data, connectors, document, files, key }, goto) {
        const reglages = await lireReglages(connectors.reglages)
        const { siret, parAnnee } = reglages
        if (parAnnee && !connectors.ged.replace)
          throw new PermanentError(
            "Le dépôt associé ne sait pas compléter un fichier déjà déposé : l'administrateur doit associer un dépôt SFTP, WebDAV, S3 ou local, ou régler la publication sur « Un fichier par acte ». Rien n'a été publié.",
          )
        const contents = await document.contents()
        const matiere = matiereOf(inputs.classification.value)
        if (!matiere)
          throw new PermanentError(
            `La classification « ${inputs.classification.label} » n'a pas deux niveaux de la nomenclature nationale : cet acte ne peut pas être publié, « Ne pas publier » le laisse continuer.`,
          )
        const annee = `DELIBERATION-${siret.slice(0, 9)}-${inputs.date.slice(0, 4)}`
        const title = `${annee}-${inputs.numero}`
        const acte = { ...inputs.acte, name: `${title}${splitName(inputs.acte.name).extension}` }
        const adresse = reglages.adresse(title, acte.name)
        const line: Deliberation = {
          COLL_NOM: reglages.nom ?? contents.entity.name,
          COLL_SIRET: siret,
          DELIB_ID: inputs.numero,
          DELIB_DATE: inputs.date,
          DELIB_MATIERE_CODE: matiere.code,
          DELIB_MATIERE_NOM: matiere.nom,
          DELIB_OBJET: inputs.objet,
          BUDGET_ANNEE: data.budgetAnnee,
          BUDGET_NOM: data.budgetNom,
          PREF_ID: reglages.prefecture,
          PREF_DATE: inputs.dateAr,
          VOTE_EFFECTIF: data.voteEffectif,
          VOTE_REEL: data.voteReel,
          VOTE_POUR: data.votePour,
          VOTE_CONTRE: data.voteContre,
          VOTE_ABSTENTION: data.voteAbstention,
          DELIB_URL: adresse,
        }
        const faults = faultsOf(line)
        if (faults.length > 0) throw new PermanentError(faults.join(' '))
        const donnees = await files.save(csvOf(line, reglages.separateur), `${title}.csv`)
        const deposited = depositOf(contents, title, { acte, donnees: parAnnee ? undefined : donnees })
        const { location } = await connectors.ged.deposit(deposited, key)
        const values = {
          donnees,
          emplacement: location,
          adresse,
          fichierAnnee: `${annee}.csv`,
          ligne: lineWritten(line),
          emplacementAnnee: undefined,
        }
        return parAnnee
          ? goto('aRassembler', values, `Acte déposé (${location})`)
          : goto('publie', values, `Publié en données ouvertes (${location})`)
      },
    },
    rassembler: {
      label: "Mettre à jour le fichier de l'année",
      from: 'aRassembler',
      to: 'publie',
      failsTo: 'erreurAnnee',
      // The file is written again from the documents: twice is as good as once.
      afterCrash: 'retry',
      uses: 'ged',
      async run({ data, connectors, document, files, key }, goto) {
        const { separateur } = await lireReglages(connectors.reglages)
        const { fichierAnnee } = data
        const replace = connectors.ged.replace?.bind(connectors.ged)
        if (fichierAnnee === undefined || !replace)
          throw new PermanentError(
            "Le dépôt associé ne sait pas compléter un fichier déjà déposé : l'administrateur doit associer un dépôt SFTP, WebDAV, S3 ou local, puis « Réessayer ».",
          )
        const { location, lines } = await ecrireAnnee(fichierAnnee, () => document.siblings('fichierAnnee'), {
          separateur,
          files,
          replace,
          key,
        })
        const count = `${lines} délibération${lines > 1 ? 's' : ''}`
        return goto('publie', { emplacementAnnee: location }, `Publié en données ouvertes (${location}, ${count})`)
      },
    },
    ecarter: {
      label: 'Ne pas publier',
      from: ['erreur', 'erreurAnnee'],
      to: 'ecarte',
      trigger: 'agent',
      confirm:
        "Continuer sans publier cette délibération ? Elle ne le sera pas plus tard. Un acte déjà déposé reste là où il est : c'est à son destinataire de le retirer.",
      // Its line is forgotten: the next publication of the year would put it into the file.
      run: async ({ data }, goto) =>
        goto(
          'ecarte',
          { ligne: undefined, fichierAnnee: undefined },
          data.emplacement === undefined
            ? 'Non publié, sur décision d’un agent'
            : `Non publié, sur décision d’un agent ; l'acte reste déposé (${data.emplacement})`,
        ),
    },
  },
})
