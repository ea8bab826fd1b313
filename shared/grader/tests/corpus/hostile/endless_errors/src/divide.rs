macro_rules! errors {
    ($($name:ident)*) => { $(compile_error!(concat!("EVIL ", stringify!($name), " EVIL EVIL EVIL EVIL EVIL EVIL EVIL EVIL"));)* };
}
macro_rules! times {
    ($($x:ident)*) => { errors!($($x $x $x $x $x $x $x $x $x $x)*); errors!($($x $x $x $x $x $x $x $x $x $x)*); };
}
times!(a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t u v w x y z);
