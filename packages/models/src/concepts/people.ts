/**
 * Common first names of many languages, lower case. A name of this list that is written as a name is a person. Left out on
 * purpose: names that are everyday words or places too (will, mark, grace, hope, rose, paris, florence, austin, jordan, sydney).
 */
export const FIRST_NAMES: ReadonlySet<string> = new Set(
  `aaron abdul abigail adam adele adrian adriana agnes ahmed aisha akira alan albert alejandro alejandra aleksander alessandro alessia
  alex alexander alexandra alexis ali alice alicia alina alison amal amanda amara amelia amina amir amit amy ana anastasia anders
  andrea andreas andrei andrew andrzej angela angelo anil anita anjali ann anna anne annika anouk anthony antoine anton antonio anya
  ariel arjun arthur asha ashley astrid aurora ayesha ayse barbara beatrice beatriz ben benedikt benjamin bernard beth bianca bilal
  birgit bjorn bob boris brandon brenda brian bruno caleb camila camille carl carla carlos carmen carol carolina caroline catherine
  cecilia charlie charlotte chen chiara chloe chris christian christina christine christopher ciara claire clara claudia clemens
  colin conor connor craig cristina cynthia daan dan daniel daniela danielle dario david deborah deepak denise dennis derek diana
  diego dimitri dina dmitri dominik donna dorothy dorothea dylan eduardo edward eileen elena eleni eli elias elif elise elizabeth
  ella ellen eloise elsa emil emilia emily emma emre enrique eric erik erin esi esra esther ethan eva evelyn fabian fatima fatou
  federica felipe felix ferdinand fernanda fernando fiona francesca francesco francisco frank franz frederik freya gabriel gabriela
  gareth gary george georgia gerard gianni gina giorgio giovanni giulia gloria gonzalo graham greta guillaume gustav hamid hamza hana
  hannah hans haruki hassan hector heidi helen helena hendrik henrik henry hiroshi hugo hussein ian ibrahim ignacio igor ines ingrid
  irene irina isaac isabel isabella isla ivan ivy jacob jaime jakob jakub james jamie jan jana jane janet janice jason javier jean
  jeff jeffrey jennifer jenny jens jeremy jessica jesus jia jim joan joana joanna joao joe johan johanna john johnny jonas jonathan
  jorge jose josef joseph joshua juan judith jules julia julian julie jun jurgen justin kaito karen karim karin karl karolina kate
  katherine kathleen katie katja kavya keiko keith kelly ken kenji kevin khadija khalid kim kirsten klaus kofi krishna kristen kristina
  krzysztof kumar kwame lara lars laura lauren laurent lea leah leila lena leo leon leonardo leonie leticia levi lewis lia liam lina
  linda lisa liu logan lorenzo lotte louis louise luca lucas lucia lucy ludwig luis luisa lukas luke luna lydia maddie madeleine magda
  malik manon manuel mara marco marcos marcus maren margaret margarita maria mariam marie marina mario marisol marius marta martha
  martin mary matej mateo mateus mathilde matt matteo matthew matthias maurice max maxim maya megan mehmet mei melanie melissa mia
  michael michal michelle miguel mika mike milan milena miles milo mina miriam mohamed mohammed monica monika morten moses muhammad
  mustafa nadia nadine nancy naomi natalia natalie natasha nathan neha nia nicholas nick nico nicola nicolas nicole niels nikhil nikita
  niklas nikolai nils nina noah noor nora oksana ola oleg oleksandr olga oliver olivia olivier omar oscar otto pablo paolo patricia
  patrick paul paula paulo pavel pedro peter petra philip philipp pia pierre piotr priya rachel rafael rahul raj rajesh ralf ramesh
  ramon raphael rashid ravi rebecca reinhard renata ricardo richard rina rita rob robert roberto robin rodrigo roger roland roman ron
  rosa rosie roxana ruben ruth ryan saira sakura sally salma sam samantha samir samira samuel sandra sanjay sara sarah sasha scott sean
  sebastian sergei sergio shannon sharon shreya silvia simon simone sofia sofie sonia sophia sophie soren stefan stefano stella stephanie
  stephen steve steven sunil susan susanne sven svetlana sylvia tamara tanya tara tatiana teresa theo theresa thomas tiago tim timothy
  tobias tom tomas tomasz tommy tony uma ursula valentina valeria vanessa vera veronica victor victoria vikram viktor vincent virginia
  vivian vladimir walter wei wendy werner wilhelm william wolfgang xavier xiao yan yann yara yasmin yasmine yi yoko yolanda yosef youssef
  yuki yuri yusuf yvonne zahra zainab zara zeynep zhang zoe zofia zuzana`.split(/\s+/),
);
