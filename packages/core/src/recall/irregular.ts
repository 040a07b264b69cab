/** Forms that no stemmer leads back, each line a base form and what it becomes. */
const FORMS = `
be was were been being is are am
arise arose arisen
awake awoke awoken
bear bore borne
beat beaten
become became
begin began begun beginning
bend bent
bind bound
bite bit bitten
bleed bled
blow blew blown
break broke broken
breed bred
bring brought
build built
burn burnt
buy bought
catch caught
choose chose chosen
cling clung
come came coming
creep crept
deal dealt
dig dug
draw drew drawn
dream dreamt
drink drank drunk
drive drove driven
eat ate eaten
fall fell fallen
feed fed
feel felt
fight fought
find found
flee fled
fly flew flown
forbid forbade forbidden
forget forgot forgotten
forgive forgave forgiven
freeze froze frozen
give gave given
go went gone going goes
grind ground
grow grew grown
hang hung
hear heard
hide hid hidden
hold held
keep kept
kneel knelt
know knew known
lay laid
lead led
lean leant
leap leapt
learn learnt
leave left leaving
lend lent
light lit
lose lost losing
mean meant
meet met
mistake mistook mistaken
overcome overcame
pay paid
plead pled
prove proven
ride rode ridden
ring rang rung
rise rose risen
run ran running
say said says
see saw seen
seek sought
sell sold
send sent
sew sewn
shake shook shaken
shine shone
shoot shot
show shown
shrink shrank shrunk
sing sang sung
sink sank sunk
sit sat
sleep slept
slide slid
smell smelt
speak spoke spoken
speed sped
spell spelt
spend spent
spill spilt
spin spun
spoil spoilt
spring sprang sprung
stand stood
steal stole stolen
stick stuck
sting stung
strike struck
strive strove striven
swear swore sworn
sweep swept
swim swam swum
swing swung
take took taken
teach taught
tear tore torn
tell told
think thought
throw threw thrown
undergo underwent undergone
understand understood
wake woke woken
wear wore worn
weave wove woven
weep wept
win won
wind wound
withdraw withdrew withdrawn
write wrote written writing
child children kid kids
man men
woman women
person people
foot feet
tooth teeth
mouse mice
goose geese
life lives
wife wives
knife knives
leaf leaves
half halves
shelf shelves
mother mom mum mommy mummy moms mums
father dad daddy dads
photo photograph picture pic pics photos pictures photographs
bike bicycle bikes bicycles
film movie films movies
television tv
vacation holiday holidays vacations
`;

/** A word as it is met → the form that stands for it. Everyday twins ("mum", "mother") are one too. */
export const BASE_FORMS: ReadonlyMap<string, string> = new Map(
  FORMS.trim()
    .split('\n')
    .flatMap((line) => {
      const [base, ...forms] = line.split(' ');
      return forms.map((form): [string, string] => [form, base!]);
    }),
);
