// Words that people make weak passwords of, for password-rules.ts. Lists of leaked passwords repeat a few hundred words
// with figures, years and signs around them; the rule in password-rules.ts covers the combinations.

/** Lower case, without figures or signs; separated by spaces to stay compact. */
export const COMMON_PASSWORD_WORDS: ReadonlySet<string> = new Set(
  `password passwort passwd passw pass parola parool contrasena senha motdepasse wachtwoord haslo salasana losenord kodeord
geheim secret secreto topsecret private admin administrator administrador root superuser super user username guest login
logon signin access system master manager supervisor operator viewer service support default standard public test testing
tester demo temp temporary changeme change changeit letmein openup opensesame sesame enter welcome willkommen bienvenue
benvenuto bienvenido hello hallo salut ciao hola goodbye please thanks thankyou iloveyou ilove loveyou love lover mylove
loveme forever always trustno trust nothing something anything whatever blank empty none null
qwerty qwertz azerty qwert qwertyuiop qwertzuiop azertyuiop asdf asdfgh asdfghjkl asdfjkl zxcvbn zxcvbnm yxcvbnm qazwsx
qazwsxedc wsxedc edcrfv rfvtgb qweasd qweasdzxc asdzxc qwe asd zxc poiuy poiuytrewq lkjhgfdsa mnbvcxz zaq xsw
abc abcd abcde abcdef abcdefg abcdefgh xyz aaa bbb xxx zzz
woaini unbelievable jamesbond startrek christopher jacqueline constantin valentina francesco giovanni
nightjar camera cameras cam ipcam webcam video recorder recording nvr dvr cctv surveillance security secure safety guard
alarm monitor hikvision dahua axis hanwha uniview reolink foscam tplink amcrest vivotek bosch sony panasonic samsung
ubiquiti unifi synology qnap frigate zoneminder blueiris homeassistant raspberry raspberrypi raspbian debian ubuntu linux
windows microsoft google apple android iphone computer laptop internet network router modem server client desktop cisco
netgear linksys fritzbox speedport vodafone telekom comcast wifi wireless wlan router office company home house garden
garage family mother father mom dad mama papa baby babe honey sweetie sweetheart darling princess prince queen king angel
angels heaven jesus christ god lord devil satan lucifer demon ghost monkey dragon tiger lion eagle falcon panther cheetah
shark dolphin turtle snoopy garfield mickey minnie donald pokemon pikachu naruto sasuke superman batman spiderman ironman
starwars skywalker yoda vader gandalf frodo hobbit matrix terminator rambo rocky hunter hunting ranger killer assassin
ninja samurai warrior soldier sniper shadow phantom spirit phoenix thunder lightning storm fire water ice winter spring
summer autumn fall sommer herbst fruehling sunshine sunflower sunset moon moonlight star stars rainbow flower flowers rose
roses daisy jasmine lily orchid cherry apple banana orange lemon peach strawberry chocolate cookie cookies candy sugar
coffee pepper ginger cheese butter pizza chicken turkey bacon whisky vodka beer corona heineken
football fussball futbol soccer baseball basketball hockey tennis golf golfer racing nascar cowboys steelers yankees
lakers eagles packers redsox bears chelsea arsenal liverpool manchester united barcelona realmadrid juventus bayern
schalke dortmund mustang ferrari porsche mercedes bmw audi toyota honda yamaha suzuki kawasaki harley corvette camaro
chevy ford jaguar lamborghini bugatti turbo maverick
michael jennifer jessica ashley nicole daniel andrew joshua matthew anthony william robert thomas charles charlie george
jordan hannah samantha amanda melissa michelle stephanie elizabeth victoria veronica natasha alexander alexandra
alexandre alex andrea angela anna maria martin martina nathalie natalie patrick patricia peter petra philip richard
sandra sarah sebastian stefan steven thomas vanessa christian christine claudia david diana dennis eric felix florian
frank gabriel hans heather isabella jack jackson jacob james jason john johnny jonathan joseph julia julian justin karen
katie kevin kimberly laura lauren leonardo lisa lucas luis marcus mark markus mario max maximilian mike nathan nicholas
nick olivia oliver pablo pamela paul rachel rebecca ricardo roberto ronaldo messi sabrina scott simon sophie susan tanja
taylor theresa tobias tyler vincent walter wolfgang yvonne buster bailey maggie molly sophie bella lucky rocky max buddy
shelby cooper jasper oscar tigger sparky snickers pumpkin peanut muffin biscuit smokey midnight silver golden diamond
crystal ruby emerald sapphire platinum metal metallica nirvana slipknot eminem tupac beatles blink greenday linkinpark
rammstein madonna shakira music guitar piano drummer dancer dance player gamer gaming playstation nintendo xbox
minecraft fortnite roblox warcraft starcraft counterstrike callofduty halo zelda mario sonic tetris
berlin hamburg muenchen munich vienna wien zurich london paris madrid rome roma milano moscow newyork chicago boston
dallas houston texas california florida america american canada canadian mexico brasil argentina england british ireland
scotland france germany deutschland italia spain espana russia china india japan australia austria
money dollar rich lucky winner success power strong happy smile friend friends friendship freedom peace nature
magic mystery wizard merlin dream dreamer fantasy future legend hero heroes champion number one first second
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october
november december today tomorrow yesterday christmas easter holiday birthday`.split(/\s+/),
);
