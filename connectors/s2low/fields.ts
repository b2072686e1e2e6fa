import { flag, mailList, rows, secret, secretFile, signersFields, text, url, type Values } from '#core'

export const config = {
  url: url('Adresse de S²LOW', {
    required: true,
    help: 'Par exemple https://www.s2low.org, sans chemin.',
    pastell: 'url',
  }),
  certificat: secretFile('Certificat client (P12)', {
    required: true,
    help: "Certificat RGS de la collectivité, enregistré chez l'opérateur.",
    pastell: 'user_certificat',
  }),
  certificatMotDePasse: secret('Mot de passe du certificat', { pastell: 'user_certificat_password' }),
  login: text('Identifiant', {
    help: 'Seulement si plusieurs comptes S²LOW partagent ce certificat.',
    pastell: 'user_login',
  }),
  motDePasse: secret('Mot de passe du compte', { pastell: 'user_password' }),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat de la plateforme vient d'une autorité qui n'est pas publique.",
  }),
  enAttente: flag('Déposer les actes en attente', {
    help: "Les actes attendent sur S²LOW qu'une personne les poste.",
    pastell: 'envoi_en_attente',
  }),
  confirmation: flag('Confirmer avec un certificat personnel', {
    help: 'Un agent ordonne chaque télétransmission sur S²LOW avec son certificat RGS.',
    pastell: 'authentication_for_teletransmisson',
  }),
  aSigner: flag('Faire signer les actes sur S²LOW', {
    help: "Les actes y attendent la signature d'une personne avant d'être postés.",
  }),
  diffusion: mailList('Avertir par courriel', {
    help: "Adresses que S²LOW avertit lui-même de la télétransmission d'un acte, séparées par des virgules.",
  }),
  diffusionPieces: flag("Joindre l'acte à ces courriels", {
    help: "Sans effet si aucune adresse n'est donnée.",
  }),
  fluxCourriers: text('Flux qui reçoit les courriers de la préfecture', {
    default: 'actes-reponse-prefecture',
    help: "Identifiant du flux où un document est créé pour chaque courrier, lié à l'acte dont il parle. Vide, les courriers sont seulement rattachés à leur acte.",
  }),
  releverPesRetour: flag('Relever les PES retour', {
    default: true,
    help: 'À décocher si ce compte ne sert pas aux flux comptables.',
  }),
  fluxPesRetour: text('Flux qui reçoit les PES retour', {
    default: 'helios-pes-retour',
    help: "Identifiant du flux où un document est créé pour chaque PES retour, dans l'entité dont il porte le SIREN.",
  }),
  ...signersFields,
  repartition: rows(
    'Répartition des PES retour',
    {
      code: text('Code de la collectivité', {
        required: true,
        help: 'SIRET ou SIREN (« IdColl » du PES), ou code de la collectivité (« CodCol »).',
      }),
      entite: text("Identifiant de l'entité", { required: true }),
    },
    {
      max: 500,
      help: "Pour les codes qui ne sont pas le SIREN d'une entité. Un PES retour dont le code est inconnu reste dans l'entité de ce connecteur.",
    },
  ),
}

export type S2lowConfig = Values<typeof config>
