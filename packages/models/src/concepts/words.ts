const list = (words: string) => new Set(words.trim().split(/\s+/));

/** Nouns that name nothing, whatever stands before them: "birthday thing" is about the birthday. */
export const EMPTY_NOUNS = list(`
  thing things stuff lot lots bit kind sort type way ways bunch couple plenty ton tons pair piece part rest side half
  one ones someone somebody anyone anybody everyone everybody nobody something anything everything nothing
  none others other another self myself yourself himself herself itself ourselves themselves u ur im i'm ive i've
  dont cant wont didnt doesnt isnt wasnt gonna gotta wanna lemme gimme kinda sorta idk tbh imo imho btw fyi lol lmao
  rofl haha hahaha hehe omg wtf smh ngl ok okay k kk yes no yeah yep yup nope nah hi hey hello hiya yo sup bye
  goodbye cheers thanks thank thx ty pls plz please sorry welcome congrats congratulations wow ugh oh ah hmm huh
  morning afternoon evening night tonight today tomorrow yesterday tmrw tmr day days week weeks month months
  year years hour hours hr hrs minute minutes min mins second seconds sec secs moment moments while now
  monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri
  january february march april may june july august september october november december jan feb apr jun jul aug
  sept sep oct nov dec am pm noon midnight etc eg ie vs re ps asap yea ya mr mrs ms sir madam dear dude bro man guy
  guys lad folks gonna alot anyways instance example examples sake favor favour regards wishes sense lack amount
  number numbers level levels range handful dozen hundred thousand million billion percent version versions
  hooray hurray yuck alright hell god gosh heck damn tysm tyvm yay huh oops whoops aww argh grr
  meh hurry yourselves fantastic asdf qwerty fuck shit crap omfg lmk idc nvm thanku shorter longer
  quarter quarters following sake null nan undefined
  thought thoughts word words mention matter deal luck fun hope mind attention look help need want try use go let
  get got good bad great fine best better more less much many few most least same different new old own
`);

/** Nouns too vague to be a topic alone, though not with a noun before them: "screen time", "login problem". */
export const VAGUE_NOUNS = list(`
  time times place places people person persons case cases fact facts point points question questions answer answers
  problem problems issue issues reason reasons idea ideas detail details info information option options choice
  result results end start beginning top bottom front back line lines step steps name names title content
  text texts message messages chat conversation reply response request requests task tasks item items
  file files link links page pages section thread post comment comments note notes list lists table
  change changes difference error errors bug fix update updates mistake attempt chance situation life world
  job work area areas state status set size group form format model mode method process system value values
  data user users everyone member date dates period term terms term turn order end course total average rate
  head hand hands eye eyes face body feeling feelings mood opinion view advice suggestion suggestions tip tips
  recommendation recommendations explanation summary draft goal purpose role action effort progress success
  failure trouble experience story stuff interest subject topic topics context scope sentence paragraph
  start half morning weekend holiday spring summer autumn winter fall home house room street city town country
  girl boy woman man kid friend friends someone money cost price amount hit call calls talk visit plan plans
  code test tests app tool tools function feature features support service services thing need needs phone
  computer internet website site video picture pictures photo photos song book books movie show game games
  air water food door box bag key water head seat stop stand run step break play check
`);

/** The vague nouns above that are still worth a (light) topic alone, as people do speak of them by this word. */
export const LIGHT_TOPICS = list(`
  work job money price food phone computer internet website video photo photos song book books movie game games
  house city friend friends kid water app code holiday weekend home order orders
`);

/** Relatives and close ones: everyday words, and yet what a memory is about. Capitals do not make them names. */
export const FAMILY = list(`
  mom mum mother dad father parents parent sister brother wife husband son daughter kids child children baby
  grandma grandmother grandpa grandfather grandparents aunt uncle cousin niece nephew girlfriend boyfriend fiance
  fiancee partner roommate boss manager landlord neighbor neighbour colleague coworker therapist doctor dentist
  dog cat puppy kitten mommy daddy mama papa
`);

/** Adjectives that make a kind of thing rather than praise it; those in -al, -ic and the like need no entry here. */
export const NAMING_ADJECTIVES = list(`
  inner outer left right deep open remote front back red green blue black white solar lunar wild wet gluten-free vegan sugar-free dark
  native static mobile smart full-stack real-time part-time full-time long-term short-term hard soft square raw
  dry sour hot frozen wooden used second-hand premarital prenatal postpartum high-speed low-carb
  nuclear linear vascular virtual human visual written spoken quarterly monthly annual weekly daily yearly
  peanut soy lactose dairy nut standing stainless living running driving managed shared
`);

/** Adjectives that end like a naming one and only judge, count or place. */
export const PLAIN_ADJECTIVES = list(`
  real actual final total general special usual typical original initial additional several normal crucial
  essential potential ideal equal fantastic terrific epic horrific awesome specific basic classic tragic
  automatic critical minimal optional formal casual practical partial official overall beautiful wonderful
  massive negative positive active expensive impressive extensive effective excessive exclusive massive
  local necessary primary secondary temporary ordinary various previous serious obvious huge nervous curious
  ridiculous famous delicious gorgeous enormous anxious jealous proper similar regular particular popular familiar
  logical magical radical ironic pathetic chaotic dramatic enthusiastic realistic optimistic
  reasonable possible available terrible horrible comfortable able responsible due true false main
`);

/** Participles that place or judge their noun: "the missing package" is about the package. */
export const PLAIN_PARTICIPLES = list(`
  following missing existing remaining upcoming ongoing resulting corresponding matching failing growing leading
  coming boring amazing annoying exciting interesting confusing frustrating surprising disappointing working
  pending increasing changing going underlying overwhelming exhausting
`);

/** Verbs that the tagger often takes for nouns in short requests: "book a table", "can u order pizza". */
export const REQUEST_VERBS = list(`
  book order schedule email text call plan search check fix cook review update draft change cancel list sort plot
  summarize summarise rewrite translate explain refactor debug deploy build test run install format convert
  compare track log save note remind help need want show tell give find get make write read send buy pay refund
  move flag compare list join rate rank merge push pull prepare ask answer invite add
  remove delete rename reset restart set open close stop start use try look google mail message ping
  clean paint practice study water feed walk visit meet drink eat bake boil fry roast grill
`);

/** Acronyms that people use as common nouns; other acronyms are taken for names. */
export const COMMON_ACRONYMS = list(`
  api apis pdf url urls css html sql csv json xml yaml ui ux pr prs ci cd db id ids os tv ceo cto cfo hr faq kpi kpis
  okr okrs sla seo cli gui sdk ide vpn dns ssl tls cpu gpu ram ssd usb wifi sms gps atm ai ml nlp llm llms crm erp b2b
  saas roi vat mri ecg adhd ptsd pcos dna rna gpa phd mba cv diy bbq rest orm oauth jwt iot ar vr pc pto wfh rsvp
  eta kyc nda hoa ira ivf iq bmi hiit ssh http https tcp ip qa rfc poc mvp ny rn ux faqs
`);

/** Activities and trades in -ing that people speak of as things, though the tagger takes them for verbs. */
export const ING_NOUNS = list(`
  staging onboarding hosting billing pricing marketing branding parenting banking housing plumbing wiring heating camping hiking
  swimming climbing knitting gardening cooking baking painting cycling skiing surfing sailing fishing dancing singing writing reading
  running meditating journaling coding programming gaming drawing bowling rowing sewing shopping jogging snowboarding skating
  caching logging monitoring indexing sharding routing rendering
`);

/** Small words that join the parts of a name: "Bank of America", "Vincent van Gogh". */
export const NAME_LINKS = list('of de da do dos del della di der den van von bin ibn al la le du the & y');

/** Forms of address that belong to the name after them. */
export const TITLES = list(
  'dr dr. mr mr. mrs mrs. ms ms. prof prof. professor aunt uncle st st. sir lady captain frau herr madame monsieur senor senora',
);

/** Words with a capital that are no names: days, months, the pronoun, and what opens a sentence or a letter. */
export const CAPITAL_NO_NAME = list(`
  i i'm i'll i've i'd monday tuesday wednesday thursday friday saturday sunday january february march april may june
  july august september october november december mon tue wed thu fri sat sun am pm ok okay hi hey hello dear
  thanks thank please yes no sorry lol omg wow also however but and so then todo fixme note ps re fw fwd faq
  rotfl lmao lmfao tldr fwiw afaik iirc imho q a asap fyi btw error warning info debug true false null none undefined
`);

/** Verbs of saying and the like that chat leaves as "nouns" beside a pronoun. */
export const SUBJECT_PRONOUNS = list("i u you we they he she ya let's lets 's");

/** Function words of other languages with Latin letters, where the tagger of English would guess. */
export const FOREIGN_WORDS = list(`
  el los las una unos que por para con pero como esta este muy mi tu es y lo se mas sin cuando donde quiero tengo
  le les des et est pas pour avec dans sur qui une je vous nous mais ce cette mon ton sont suis
  der die das und ist nicht ein eine ich du wir ihr sie mit auf zu von dem den habe hat aber wie mein meine bin
  il gli che di non sono per ma mio mia ho della nel questo
  os nao uma com eu voce meu minha mas foi muito em ao
`);
